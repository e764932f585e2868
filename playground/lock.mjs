import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Runs `work` while no other process runs anything under the same lock file. A dead holder's lock is taken over. */
export const holding = async (file, work) => {
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const holder = Number(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 0);
      if (holder && !alive(holder)) fs.rmSync(file, { force: true });
      else await pause(200);
    }
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
};
