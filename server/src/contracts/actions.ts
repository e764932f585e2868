/** What a role may do; an action's name is `plugin::replication.` and one of these. */
export const ACTIONS = {
  read: 'plugin::replication.read',
  links: 'plugin::replication.links.manage',
  leave: 'plugin::replication.site.leave',
  rules: 'plugin::replication.rules.manage',
  queue: 'plugin::replication.queue.manage',
  brakes: 'plugin::replication.brakes.manage',
} as const;
