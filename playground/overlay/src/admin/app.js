import { createElement } from 'react';

/** A custom field as small as one can be: a text input for the kitchen's `shade`. */
export default {
  config: { locales: ['de', 'es', 'fr'], tutorials: false, notifications: { releases: false } },
  register(app) {
    app.customFields.register({
      name: 'shade',
      type: 'string',
      intlLabel: { id: 'global.shade', defaultMessage: 'Shade' },
      intlDescription: { id: 'global.shade.description', defaultMessage: 'A colour by name' },
      components: { Input: async () => ({ default: ShadeInput }) },
    });
  },
  bootstrap() {},
};

function ShadeInput({ name, value, onChange, disabled }) {
  return createElement('input', {
    name,
    disabled,
    value: value ?? '',
    'aria-label': name,
    onChange: (event) => onChange({ target: { name, value: event.target.value, type: 'string' } }),
  });
}
