import type { Json } from '../entity';
import { Refused } from '../errors';
import type { Clock, Store, Unit } from '../ports';
import type { LinkState, Row } from '../tables';
import type { Reception } from '../transport/wire';
import type { Exchange } from './exchange';
import { answerIntroduction, keysOnly, provesSecret, readIntroduction } from './handshake';
import type { Introduction, Party } from './handshake';
import type { Identity } from './identity';
import { currentKey, learnKeys } from './key-record';
import type { KeyChain } from './key-record';
import { findLink, startLink } from './rows';

export interface ReceptionOptions {
  identity: Identity;
  store: Store;
  clock: Clock;
  /** This site as it introduces itself. */
  site: { name: string; url: string };
  exchange: Exchange;
  onChange?(link: string, state: LinkState): void;
}

/** How many link requests may wait for an administrator at the same time. */
const MOST_REQUESTS = 50;

/** What other sites may ask of linking. */
export const createReception = (options: ReceptionOptions): Reception => {
  const { identity, store, clock, site, exchange } = options;
  const me = (): Party => ({ keys: identity.keys, ...site });

  /** The invitation that this request proves to hold the secret of. Wrong and unknown ones are answered alike. */
  const invitationOf = async ({ tables }: Unit, request: Introduction): Promise<Row<'invitations'>> => {
    const [invitation] = await tables.find('invitations', { nonce: request.nonce });
    if (!invitation || !provesSecret(request, invitation.secret, me())) {
      throw new Refused('CODE_UNKNOWN', 'This link code was not issued by this site, or has been taken back.');
    }
    if (invitation.used_at !== null) {
      throw new Refused('CODE_USED', 'This link code has been used. Ask for a new one.');
    }
    if (invitation.expires_at <= clock.now()) {
      throw new Refused('CODE_EXPIRED', 'This link code has expired. Ask for a new one.');
    }
    return invitation;
  };

  const burn = async ({ tables }: Unit, invitation: Row<'invitations'>): Promise<void> => {
    // Conditional: of two requests at the same moment one is the first.
    const burned = await tables.update(
      'invitations',
      { nonce: invitation.nonce, used_at: null },
      { used_at: clock.now() }
    );
    if (burned !== 1) throw new Refused('CODE_USED', 'This link code has been used. Ask for a new one.');
  };

  const introduced = async (unit: Unit, request: Introduction): Promise<Json> => {
    const invitation = await invitationOf(unit, request);
    const { instance } = currentKey(request.from.keys);
    if (instance === identity.instance) throw new Refused('SELF_LINK', 'A site is not linked with itself.');
    const earlier = await findLink(unit, instance);
    if (earlier?.locked) throw new Refused('LINK_LOCKED', 'The link with your site stands in the configuration here.');
    if ((await unit.tables.count('links', { state: 'REQUESTING' })) >= MOST_REQUESTS) {
      throw new Refused('TOO_MANY_LINKS', 'Too many link requests wait for an answer here.');
    }
    await burn(unit, invitation);
    await startLink(unit, request.from, 'REQUESTING', clock.now());
    return answerIntroduction(identity, me(), request, invitation.secret);
  };

  /** Newer keys of an instance that is linked. They verify themselves, so it does not matter who brings them. */
  const showedKeys = async (unit: Unit, keys: KeyChain): Promise<Json> => {
    if (!(await findLink(unit, currentKey(keys).instance))) {
      throw new Refused('NOT_LINKED', 'These two sites are not linked.');
    }
    await learnKeys(unit, keys);
    // Who can not be called learns ours by this.
    return { v: 1, keys: identity.keys as unknown as Json };
  };

  return {
    introduced: async (given) => {
      const shown = keysOnly.safeParse(given);
      if (shown.success) return store.transaction((unit) => showedKeys(unit, shown.data.keys));
      const request = readIntroduction(given);
      const answer = await store.transaction((unit) => introduced(unit, request));
      options.onChange?.(currentKey(request.from.keys).instance, 'REQUESTING');
      return answer;
    },
    heardState: (link, theirs) => exchange.answer(link, theirs),
    stateOf: (link) => store.transaction(async (unit) => (await findLink(unit, link))?.state ?? null),
  };
};
