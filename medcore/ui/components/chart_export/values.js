// The values of a figure as plotly.py writes them: plain lists, or typed arrays in base64.

const TYPES = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
}

/** A list; for two dimensions a list of rows. Undefined stays undefined. */
function listed(values) {
  if (values?.bdata === undefined) return values
  const bytes = Uint8Array.from(atob(values.bdata), (character) => character.charCodeAt(0))
  const flat = [...new TYPES[values.dtype](bytes.buffer)]
  const [rows, columns] = String(values.shape ?? flat.length).split(",").map(Number)
  if (columns === undefined) return flat
  return Array.from({ length: rows }, (_, row) => flat.slice(row * columns, (row + 1) * columns))
}
