import { useLocation, useSearch } from 'wouter';

/** The parameters of the address: what a list shows can be kept as a bookmark, and the way back leads to it. */
export function useParameters(): [URLSearchParams, (change: Record<string, string | string[] | undefined>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const parameters = new URLSearchParams(search);
  function change(values: Record<string, string | string[] | undefined>) {
    const next = new URLSearchParams(search);
    for (const [name, value] of Object.entries(values)) {
      next.delete(name);
      for (const one of [value ?? []].flat()) {
        if (one) {
          next.append(name, one);
        }
      }
    }
    const text = next.toString();
    navigate(text ? `${path}?${text}` : path);
  }
  return [parameters, change];
}
