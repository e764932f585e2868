import { Modal } from '@strapi/design-system';
import type { ReactNode } from 'react';
import { useFocusReturn } from './use-focus-return';

/** A dialog that is open as long as it is mounted. */
export const OpenModal = ({ onClose, children }: { onClose: () => void; children: ReactNode }) => {
  useFocusReturn();
  return (
    <Modal.Root open onOpenChange={onClose}>
      <Modal.Content>{children}</Modal.Content>
    </Modal.Root>
  );
};
