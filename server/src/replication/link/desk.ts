import type { LinkDesk, Site } from '../engine';
import { NotPossible, ReplicationError, Unreachable } from '../errors';
import type { Chance, Clock, Store, Unit } from '../ports';
import type { LinkState, Row } from '../tables';
import type { LinkWire } from '../transport/wire';
import { CODE_LIFETIME_MS, readCode, writeCode } from './code';
import type { LinkCode } from './code';
import type { Exchange } from './exchange';
import { introduce, readAnswer } from './handshake';
import type { Party } from './handshake';
import type { Identity } from './identity';
import { fingerprintOf } from './keys';
import { acceptLink, findLink, moveLink, requireLink, requireUnlocked, setUntold, startLink } from './rows';
import { isOver } from './state';
import { testLink } from './test-link';

export interface LinkDeskOptions {
  identity: Identity;
  store: Store;
  clock: Clock;
  chance: Chance;
  wire: LinkWire;
  /** This site as it introduces itself; `url` is '' where no public address is configured. */
  site: { name: string; url: string };
  exchange: Exchange;
  /** Told after commit when the state of a link has changed. */
  onChange?(link: string, state: LinkState): void;
}

/** What an administrator does with links. */
export const createLinkDesk = (options: LinkDeskOptions): LinkDesk => {
  const { identity, store, clock, chance, wire, site, exchange } = options;

  const me = (): Party => {
    if (site.url === '') {
      throw new NotPossible(
        'NO_PUBLIC_URL',
        'Other sites need to know where this one is. Set “url” in config/server, or REPLICATION_PUBLIC_URL.'
      );
    }
    return { keys: identity.keys, ...site };
  };

  const change = async (link: string, decide: (unit: Unit, row: Row<'links'>) => Promise<LinkState>) => {
    const row = await store.transaction(async (unit) => {
      const before = await requireLink(unit, link);
      requireUnlocked(before);
      const state = await decide(unit, before);
      await setUntold(unit, link, true);
      return { ...before, state };
    });
    options.onChange?.(link, row.state);
    await exchange.tell(row);
  };

  const redeemable = async (unit: Unit, code: LinkCode): Promise<void> => {
    if (code.id === identity.instance) throw new NotPossible('SELF_LINK', 'This code was issued by this very site.');
    if (code.expiresAt <= clock.now())
      throw new NotPossible('CODE_EXPIRED', 'This link code has expired. Ask for a new one.');
    const row = await findLink(unit, code.id);
    if (!row) return;
    requireUnlocked(row);
    if (row.state === 'REGISTERED')
      throw new NotPossible('ALREADY_LINKED', `This site is linked already, as “${row.name}”.`);
    if (row.state === 'REQUESTING') {
      throw new NotPossible('ALREADY_ASKED', `“${row.name}” has asked for this link already. Accept it instead.`);
    }
  };

  return {
    me: async (): Promise<Site> => ({ id: identity.instance, fingerprint: identity.fingerprint, ...site }),

    issueCode: async () => {
      const { url } = me();
      const now = clock.now();
      const code: LinkCode = {
        url,
        id: identity.instance,
        key: identity.key,
        nonce: chance.bytes(16).toString('base64url'),
        secret: chance.bytes(32).toString('base64url'),
        expiresAt: now + CODE_LIFETIME_MS,
      };
      await store.transaction(async ({ tables }) => {
        await tables.remove('invitations', { expires_at: { lte: now - CODE_LIFETIME_MS } });
        await tables.insert(
          'invitations',
          [{ nonce: code.nonce, secret: code.secret, expires_at: code.expiresAt, used_at: null }],
          'fail'
        );
      });
      return { code: writeCode(code), expiresAt: code.expiresAt };
    },

    readCode: async (text) => {
      const { url, id, key, expiresAt } = readCode(text);
      return { url, id, fingerprint: fingerprintOf(key), expiresAt };
    },

    redeem: async (text) => {
      const code = readCode(text);
      const asker = me();
      await store.transaction((unit) => redeemable(unit, code));
      const answer = await wire.introduce(code.url, introduce(identity, asker, code));
      const issuer = readAnswer(answer, asker, code);
      const row = await store.transaction(async (unit) => {
        await redeemable(unit, code);
        return startLink(unit, issuer, 'REQUESTED', clock.now());
      });
      options.onChange?.(row.id, row.state);
      return row;
    },

    list: () => store.transaction(({ tables }) => tables.find('links', {}, { orderBy: 'created_at' })),

    accept: (link) =>
      change(link, async (unit, row) => {
        if (row.state !== 'REQUESTING')
          throw new NotPossible('NOTHING_TO_ACCEPT', `“${row.name}” does not ask to be linked.`);
        await acceptLink(unit, link, clock.now());
        return 'REGISTERED';
      }),

    refuse: (link) =>
      change(link, async (unit, row) => {
        if (row.state !== 'REQUESTING')
          throw new NotPossible('NOTHING_TO_REFUSE', `“${row.name}” does not ask to be linked.`);
        await moveLink(unit, link, 'REFUSED', clock.now());
        return 'REFUSED';
      }),

    unlink: (link) =>
      change(link, async (unit, row) => {
        if (isOver(row.state)) throw new NotPossible('NOT_LINKED', `The link with “${row.name}” is over already.`);
        await moveLink(unit, link, 'UNLINKED', clock.now());
        return 'UNLINKED';
      }),

    rename: async (link, name) => {
      const trimmed = name.trim().slice(0, 200);
      if (trimmed === '') throw new NotPossible('BAD_NAME', 'A site needs a name.');
      await store.transaction(async (unit) => {
        await requireLink(unit, link);
        await unit.tables.update('links', { id: link }, { name: trimmed });
      });
    },

    pause: async (link, paused) => {
      const { state } = await store.transaction(async (unit) => {
        const row = await requireLink(unit, link);
        await unit.tables.update('links', { id: link }, { paused: paused ? 1 : 0 });
        return row;
      });
      options.onChange?.(link, state);
    },

    pauseAll: async (paused) => {
      const changed = await store.transaction(async ({ tables }) => {
        const where = { state: 'REGISTERED', paused: paused ? 0 : 1 } as const;
        const links = await tables.find('links', where);
        await tables.update('links', where, { paused: paused ? 1 : 0 });
        return links;
      });
      for (const { id, state } of changed) options.onChange?.(id, state);
    },

    test: async (link) => {
      const row = await store.transaction((unit) => requireLink(unit, link));
      const started = clock.now();
      const since = () => clock.now() - started;
      try {
        return { ...(await testLink(row, { wire, exchange, clock })), milliseconds: since() };
      } catch (error) {
        if (!(error instanceof ReplicationError)) throw error;
        await store.transaction(({ tables }) => tables.update('links', { id: link }, { last_error: error.message }));
        const cause = error instanceof Unreachable ? error.obstacle : error.code;
        return { ok: false, milliseconds: since(), state: row.state, cause, message: error.message };
      }
    },
  };
};
