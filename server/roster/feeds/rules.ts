/** REGULATION row 20: gaps are seen so many nights before they hurt. */
export const GAP_NIGHTS = 7
