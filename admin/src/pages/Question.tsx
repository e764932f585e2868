import { Dialog } from '@strapi/design-system';
import { ConfirmDialog } from '@strapi/strapi/admin';
import { useRef, type ReactNode } from 'react';
import { useFocusReturn } from './use-focus-return';

interface Props {
  /** Strapi's “Confirmation” where there is none. */
  title?: string;
  /** It cannot be undone, or what it does is undone nowhere else. */
  isGrave?: boolean;
  /** Ends with what takes the question away. */
  onConfirm: () => Promise<void> | void;
  /** It is not answered. */
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something is done. Open as long as it is mounted. */
export const Question = ({ title, isGrave = false, onConfirm, onClose, children }: Props) => {
  useFocusReturn();
  // The button that confirms closes the dialog as well: that is no refusal.
  const isConfirmed = useRef(false);
  const confirm = () => {
    isConfirmed.current = true;
    return onConfirm();
  };
  return (
    <Dialog.Root open onOpenChange={() => !isConfirmed.current && onClose()}>
      <ConfirmDialog title={title} onConfirm={confirm} variant={isGrave ? 'danger-light' : 'secondary'}>
        {children}
      </ConfirmDialog>
    </Dialog.Root>
  );
};
