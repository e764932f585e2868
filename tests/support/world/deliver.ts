import type { Context } from '../../../server/src/replication/context';
import { startDelivery } from '../../../server/src/replication/transport/deliver';
import type { Wire } from '../../../server/src/replication/transport/wire';

/** One delivery to one link, until its answers are settled. */
export const deliver = async (context: Context, wire: Wire, link: string): Promise<void> => {
  const delivery = await startDelivery(context, wire, link);
  await delivery?.ended;
};
