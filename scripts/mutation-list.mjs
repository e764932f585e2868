/** What the simulation holds, and how what breaks it is told (`tests/support/world`). */
export const INVARIANTS = [
  ['sites come to rest', /not come to rest/],
  ['at rest nothing is left to do', /marks left|has not done|has \S+ (queued|sending|failed|held|stopped) for/],
  ['every saved word is in the history', /has lost/],
  ['rows are what the head holds', /in the head and not|in the rows and not|the head holds|was published at/],
  ['what is remembered is what the rows are', /remembered as/],
  ['what stays of components keeps its id', /component that stays/],
  ['deleted is only what somebody deleted', /was deleted by/],
  ['what all locales share is equal in them', /differs between locales/],
  ['the rest of the site hears of it', /was told nothing|heard last|notes untold/],
  ['sites that share both ways hold the same versions', /has the leaves/],
  ['who only receives shows what the other shows', / shows of /],
  ['what is shared no more is not shown', /does not share any more/],
  ['nothing leaves that no rule lets go', /though no rule says so/],
  ['no word leaves that nobody published, where only that may', /which nobody has published/],
  ['no such word is kept where it may not be seen any more', /never published/],
  ['a comparison at rest finds nothing', /finds a difference/],
  ['no restored database is suspected where there is none', /thinks that its database/],
  ['questions come to an end', /asked again and again/],
];

/**
 * What `scripts/mutations.mjs` breaks, by file under `server/src/replication`. `rare`: too seldom seen to count on; a
 * unit test holds it.
 */
export const MUTATIONS = [
  {
    what: 'marks are deleted before the revision is stored',
    places: [
      {
        file: 'capture/record.ts',
        find: 'const waiting = await context.store.transaction(({ tables }) => nextMarks(tables, (mark) => asides.has(mark)));',
        replace: `const waiting = await context.store.transaction(async ({ tables }) => {
          const marks = await nextMarks(tables, (mark) => asides.has(mark));
          await tables.remove('marks', { id: marks.map(({ id }) => id) });
          return marks;
        });`,
      },
    ],
  },
  {
    what: 'PUBLISHED opens every part',
    places: [
      {
        file: 'transport/choose-parts.ts',
        find: "level === 'EVERYTHING' || (level === 'PUBLISHED' && isLeaf && isPublishedPart(part));",
        replace: "level === 'EVERYTHING' || level === 'PUBLISHED';",
      },
    ],
  },
  {
    what: 'an incoming leaf replaces the others',
    places: [
      {
        file: 'apply/move-heads.ts',
        find: '[...state.leaves.get(entity)!, ...leavesIn(message)]',
        replace: 'leavesIn(message)',
      },
    ],
  },
  {
    what: 'what was parked is never placed',
    places: [
      {
        file: 'apply/park.ts',
        find: 'if (appeared.length === 0) return;',
        replace: 'if (appeared.length >= 0) return;',
      },
    ],
  },
  {
    what: 'a delivery counts though its answer was lost',
    places: [
      {
        file: 'transport/deliver.ts',
        find: 'send it again.\n    await release(context, link, taken, error);',
        replace:
          "it\n    await settleAnswers(context, link, taken, taken.replicas.map(() => ({ status: 'known' as const })));",
      },
    ],
  },
  {
    what: 'a withdrawal leaves the rows',
    places: [
      {
        file: 'apply/withdraw.ts',
        find: "const writes = rows.map((row) => ({ kind: 'remove' as const, ...row }));",
        replace: "const writes = rows.slice(0, 0).map((row) => ({ kind: 'remove' as const, ...row }));",
      },
    ],
  },
  {
    what: 'what is claimed is not decided again',
    places: [{ file: 'queue/claim.ts', find: 'await decideAgain(context, unit, found);', replace: '' }],
  },
  {
    what: 'pauses of a clock that was wrong are kept',
    rare: true,
    places: [
      {
        file: 'reconcile/housekeeping.ts',
        find: 'const odd = { gt: context.clock.now() + LONGEST_PAUSE_MS };',
        replace: 'const odd = { gt: Infinity };',
      },
    ],
  },
  {
    what: '“Compare and repair” sends nothing',
    rare: true,
    places: [
      {
        file: 'reconcile/compare.ts',
        find: "const sent = await tables.update('replicas', { link, entity, wanted_hash: { not: NOTHING_THERE } }, again);",
        replace: 'const sent = 0;',
      },
    ],
  },
  {
    what: 'nothing is noted for the rest of the site',
    places: [{ file: 'apply/show.ts', find: 'await saveNotes(tables, notes);', replace: '' }],
  },
  {
    what: 'what was noted is never told',
    places: [
      {
        file: 'notify/notify.ts',
        find: "if (over) await tables.remove('notifications', { id: over.id, lease });",
        replace: "if (over) await tables.remove('notifications', { id: -1, lease });",
      },
    ],
  },
  {
    what: 'a note is removed before it was told',
    rare: true,
    places: [
      {
        file: 'notify/notify.ts',
        find: "if (over) await tables.remove('notifications', { id: over.id, lease });",
        replace: "await tables.remove('notifications', { id: note.id }); if (note.id) return true;",
      },
    ],
  },
  {
    what: 'hooks’ corrections are sent',
    rare: true,
    places: [
      {
        file: 'capture/record.ts',
        find: 'const recorded = mayCorrect ? await withoutCorrections(tables, me, headRevision, shown, now) : now;',
        replace: 'const recorded = now;',
      },
    ],
  },
  {
    what: 'components get new row ids when an apply changes their list',
    places: [{ file: 'apply/plan-rows.ts', find: 'if (kept) ids[name] = kept;\n  }\n  if', replace: '}\n  if' }],
  },
  {
    what: 'what all locales share is written to all but one',
    places: [
      {
        file: 'history/content.ts',
        find: "row.status === 'draft' ? { ...shared, ...part.fields }",
        replace: "row.status === 'draft' && row.locale !== 'de' ? { ...shared, ...part.fields }",
      },
    ],
  },
  {
    what: 'of what all locales share only the first draft follows',
    places: [
      {
        file: 'apply/plan-rows.ts',
        find: 'const update = updateRow(schema, components, before, row);',
        replace: `const isFirst = row === wanted.find(({ status }) => status === row.status);
    const own = Object.entries(schema.attributes).filter(([name]) => isFirst || !schema.shared.includes(name));
    const update = updateRow({ ...schema, attributes: Object.fromEntries(own) }, components, before, row);`,
      },
    ],
  },
  {
    what: 'drafts that disagree are not made equal',
    rare: true,
    places: [
      {
        file: 'capture/record.ts',
        find: '(lacksDraft(now) || draftsDisagree(schema, now))',
        replace: 'lacksDraft(now)',
      },
    ],
  },
  {
    what: 'links that went along are not remembered',
    places: [
      {
        file: 'apply/changed-along.ts',
        find: 'await followRows(context, unit, entry, schema, shown.get(entry.entity)!, now);',
        replace: '',
      },
    ],
  },
  {
    what: 'local edits go unrecorded before an apply and are written over',
    places: [
      { file: 'apply/apply.ts', find: 'await recordTouched(context, unit, touched, rows, events);', replace: '' },
      {
        file: 'apply/read-unedited.ts',
        find: "if (!recorded || !same(recorded.fields, row.fields)) throw new Busy('The entry');",
        replace: '',
      },
    ],
  },
  {
    what: 'rows are not read back after an apply',
    places: [
      {
        file: 'apply/show.ts',
        find: 'rows: rowsOf(after, entry).filter((row) =>',
        replace: 'rows: rowsOf(before, entry).filter((row) =>',
      },
    ],
  },
  {
    what: 'a comparison takes what is held at another level',
    places: [
      {
        file: 'reconcile/compare.ts',
        find: 'row.their_level ?? row.common_level,',
        replace: 'row.common_level,',
      },
    ],
  },
  {
    what: 'more is handed on than is held',
    rare: true,
    places: [
      {
        file: 'controller/decide.ts',
        find: "shows === 'PUBLISHED' && decision.level === 'EVERYTHING'",
        replace: "shows === 'NOBODY' && decision.level === 'EVERYTHING'",
      },
    ],
  },
  {
    what: 'what a crash interrupted stays in delivery',
    places: [
      {
        file: 'queue/claim.ts',
        find: "{ link, ...where, state: 'sending', lease_until: { lte: now } }",
        replace: "{ link, ...where, state: 'sending', lease_until: { lte: -1 } }",
      },
    ],
  },
  {
    what: 'a row that went without a mark is taken for a delete',
    rare: true,
    places: [
      {
        file: 'capture/next-content.ts',
        find: 'if (!wasDeleted(row, marks)) vanished.push(row);',
        replace: 'if (!wasDeleted(row, marks) && marks.length === 0) vanished.push(row);',
      },
    ],
  },
  {
    what: 'nothing is ever stale',
    rare: true,
    places: [
      {
        file: 'apply/their-state.ts',
        find: 'replica !== undefined &&\n  (incarnation < replica.their_incarnation',
        replace: 'replica === null &&\n  (incarnation < replica.their_incarnation',
      },
    ],
  },
  {
    what: 'after a level was lowered only the newest version is sent',
    rare: true,
    places: [
      {
        file: 'transport/compose-messages.ts',
        find: 'new Set((wantedOf(row) ?? []).filter((id) => !ahead.includes(id)))',
        replace: 'new Set([...ahead, ...(wantedOf(row) ?? [])])',
      },
    ],
  },
  {
    what: 'of rows that changed together only the first is recorded',
    places: [
      {
        file: 'capture/next-content.ts',
        find: 'changed = carryRow(observed, content, before.get(rowPartName(row.locale, row.status)), row) || changed;',
        replace: 'changed ||= carryRow(observed, content, before.get(rowPartName(row.locale, row.status)), row);',
      },
    ],
  },
  {
    what: 'drafts stay where only what is published may be seen any more',
    places: [
      {
        file: 'history/purge.ts',
        find: "const open = (await tables.find('parts', { revision: revisions })).filter(",
        replace: "const open = (await tables.find('parts', { revision: revisions.slice(0, 0) })).filter(",
      },
    ],
  },
  {
    what: 'what another site has signed is taken for what this one did before it was restored',
    places: [
      {
        file: 'apply/apply.ts',
        find: 'if (revision.header.origin === context.signer.instance)',
        replace: 'if (revision.header.origin === link.id)',
      },
    ],
  },
  {
    what: 'a brake stands whatever a person says',
    places: [
      {
        file: 'brake/brake.ts',
        find: '{ id, lifted_at: null }, { lifted_at: now, lifted_by: by }',
        replace: "{ id: '', lifted_at: null }, { lifted_at: now, lifted_by: by }",
      },
    ],
  },
  {
    what: 'links are taken from an entry whose edit is not recorded yet',
    rare: true,
    places: [
      {
        file: 'apply/changed-along.ts',
        find: "throw new Busy('An entry that refers to this one');",
        replace: 'continue;',
      },
    ],
  },
  {
    what: 'what goes along is decided by rules that are gone',
    places: [
      {
        file: 'controller/along.ts',
        find: "if (!rule) return decision.along ? decision : { ...decision, level: 'NONE' };",
        replace: 'if (!rule) return decision;',
      },
    ],
  },
  {
    what: 'what goes along does not wait for what is published',
    places: [
      {
        file: 'controller/along.ts',
        find: '    level: decision.level,',
        replace: "    level: 'EVERYTHING',",
      },
    ],
  },
  {
    what: 'a rule does not keep from going along',
    places: [
      {
        file: 'queue/refresh.ts',
        find: 'if (!isFile(entity) && isNamed(this.choices.rules, link, entity)) return this.byRule(state, link, entity);',
        replace: '',
      },
    ],
  },
  {
    what: 'nothing goes along',
    places: [
      {
        file: 'controller/along.ts',
        find: "if (!asked && (mode === 'never' || steps > MOST_STEPS)) return null;",
        replace: 'if (!asked) return null;',
      },
    ],
  },
  {
    what: 'what was queued goes along though its rule is gone',
    rare: true,
    places: [
      {
        file: 'queue/wanted-replica.ts',
        find: 'if (along.isOver) return before.wanted === null ? null : asSent(tables, before, level);',
        replace: '',
      },
    ],
  },
  {
    what: 'what came in part is handed on as if it were whole',
    rare: true,
    places: [
      {
        file: 'queue/wanted-replica.ts',
        find: 'const some = [...leaves.values()].filter((all) => all.length > 1 || !all.every(isOwn)).flat();',
        replace: 'const some = [...leaves.values()].filter((all) => all.length > 1).flat();',
      },
    ],
  },
  {
    what: 'a second document of what is read-only stands',
    rare: true,
    places: [
      {
        file: 'capture/record.ts',
        find: 'const givesWay = isLate || (isSecond && entry.locked === 1);',
        replace: 'const givesWay = isLate;',
      },
    ],
  },
  {
    what: 'what was saved too late for a read-only entry stands',
    rare: true,
    places: [
      {
        file: 'capture/record.ts',
        find: 'const isLate = !isSecond && canBePutBack && isLateSave(entry, one.marks);',
        replace: 'const isLate = false;',
      },
    ],
  },
  {
    what: 'what a rule named goes along with what goes along no more',
    rare: true,
    places: [
      {
        file: 'queue/claim.ts',
        find: 'isFollower(replica) || !isNamed(rules, replica.link, replica.entity);',
        replace: 'isFollower(replica);',
      },
    ],
  },
  {
    what: 'who takes it along by rules that are gone is not decided with it',
    rare: true,
    places: [
      {
        file: 'queue/refresh.ts',
        find: 'return users.filter((user) => !this.sources.has(user));',
        replace: 'return users.slice(0, 0);',
      },
    ],
  },
  {
    what: 'what was decided to be over while it was on its way is withdrawn',
    rare: true,
    places: [
      {
        file: 'queue/settle.ts',
        find: "const isOver = now.state === 'done' || (isYield(now) && !isYield(sent));",
        replace: 'const isOver = false;',
      },
    ],
  },
  {
    what: 'who only receives does not take back what it said before',
    rare: true,
    places: [
      {
        file: 'queue/wanted-replica.ts',
        find: 'const done = receives ? !mayCount(replica) :',
        replace: 'const done = receives ? true :',
      },
    ],
  },
  {
    what: 'what was set aside for theirs is forgotten',
    rare: true,
    places: [{ file: 'history/retention.ts', find: '...(await setAside(tables, entity)),', replace: '' }],
  },
  {
    what: 'what was sent and is not answered is forgotten',
    rare: true,
    places: [{ file: 'history/retention.ts', find: 'if (replicas.some(isUnanswered)) return null;', replace: '' }],
  },
  {
    what: 'what gave way here is not told to who had decided before it arrived there',
    rare: true,
    places: [
      { file: 'apply/their-state.ts', find: 'const untold = anew && sendsToo ?', replace: 'const untold = false ?' },
    ],
  },
  {
    what: 'nobody is told what gave way here',
    rare: true,
    places: [
      { file: 'apply/move-heads.ts', find: '!built.has(leaf) || aside.has(leaf) ||', replace: '!built.has(leaf) ||' },
    ],
  },
  {
    what: 'what gave way to another site stays gone where somebody said that it was deleted',
    rare: true,
    places: [
      {
        file: 'capture/record.ts',
        find: 'await forgetVanished(tables, [...returned, ...late]);',
        replace: 'await forgetVanished(tables, returned);',
      },
    ],
  },
];
