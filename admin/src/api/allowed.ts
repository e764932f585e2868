import { useRBAC } from '@strapi/strapi/admin';
import { ACTIONS } from '../../../server/src/contracts';

/** useRBAC names actions by their last word, and ours end alike: so each is asked for by itself, in stable arrays. */
const LINKS = [{ action: ACTIONS.links, subject: null }];
const LEAVE = [{ action: ACTIONS.leave, subject: null }];
const RULES = [{ action: ACTIONS.rules, subject: null }];
const QUEUE = [{ action: ACTIONS.queue, subject: null }];
const BRAKES = [{ action: ACTIONS.brakes, subject: null }];
const READ = [{ action: ACTIONS.read, subject: null }];

export const PAGE_PERMISSIONS = READ;

export const useMayRead = (): boolean => useRBAC(READ).allowedActions.canRead === true;
export const useMayManageLinks = (): boolean => useRBAC(LINKS).allowedActions.canManage === true;
export const useMayLeave = (): boolean => useRBAC(LEAVE).allowedActions.canLeave === true;
export const useMayManageRules = (): boolean => useRBAC(RULES).allowedActions.canManage === true;
export const useMayAnswerBrakes = (): boolean => useRBAC(BRAKES).allowedActions.canManage === true;
export const useMayManageQueue = (): boolean => useRBAC(QUEUE).allowedActions.canManage === true;
