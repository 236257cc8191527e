import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { subjectName, words } from './format';
import { entitiesOf, typeNameOf, useSchema } from './schema';
import { Field } from './ui';

/** Offers entities that exist; any other can be named by its id. */
export default function EntityPicker({ klass, value, onChange }: { klass: string; value: string; onChange: (id: string) => void }) {
  const schema = useSchema();
  const { data, error, refetch } = useQuery({
    queryKey: ['entities', klass],
    queryFn: () => entitiesOf(schema.data!, klass),
    enabled: schema.data !== undefined,
    staleTime: 10_000,
  });
  useEffect(() => {
    const first = data?.[0]?.id;
    if (first && (!value || !subjectName(value).startsWith(typeNameOf(klass)))) {
      onChange(first);
    }
  }, [data, klass]);
  const known = data?.some((entity) => entity.id === value);
  const hint = error ? messageFor(error) : data?.length === 0 ? `No ${words(klass).toLowerCase()} can be offered: create one, or paste its id.` : undefined;
  return (
    <div className="picker">
      <Field label="Entity" hint={hint}>
        {(props) => (
          <select {...props} value={known ? value : ''} onChange={(event) => onChange(event.target.value)} onFocus={() => refetch()}>
            <option value="" disabled>
              {data?.length ? 'choose one' : 'none'}
            </option>
            {data?.map((entity) => (
              <option key={entity.id} value={entity.id}>
                {entity.name} ({subjectName(entity.id)})
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="or its id">
        {(props) => <input {...props} value={value} spellCheck={false} autoComplete="off" onChange={(event) => onChange(event.target.value.trim())} />}
      </Field>
    </div>
  );
}

function messageFor(error: Error): string {
  return `The list cannot be read (${error.message}); paste an id.`;
}
