import { brakes } from './brakes';
import { deliveries } from './deliveries';
import { entries } from './entries';
import { previews } from './previews';
import { sharing } from './sharing';
import { sites } from './sites';

/** The controllers that `routes/admin.ts` names. */
export const adminControllers = {
  'admin-sites': sites,
  'admin-brakes': brakes,
  'admin-sharing': sharing,
  'admin-previews': previews,
  'admin-deliveries': deliveries,
  'admin-entries': entries,
};
