/** A person's name as both languages write it. */
export type Named = { readonly name: string; readonly nameEn: string }

/** The columns of somebody who may not be there; null where nobody is. */
export const named = (name: string | null, nameEn: string | null): Named | null =>
  name === null ? null : { name, nameEn: nameEn ?? '' }
