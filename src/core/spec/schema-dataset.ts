import { z } from 'zod'
import { datasets } from '../part/datasets.ts'
import { partNames } from '../part/part.ts'
import { leftOut } from '../result/left-out.ts'
import { count, path } from './schema-values.ts'

const rawTensor = z
  .strictObject({
    column: z.string().min(1).describe('Column with the path of the tensor file.'),
    dtype: z
      .enum([
        'float32',
        'float64',
        'float16',
        'int8',
        'uint8',
        'int16',
        'uint16',
        'int32',
        'uint32',
        'int64',
      ])
      .describe('Type of the numbers in the file.'),
    shape: z.array(count).min(1).max(8).describe('Shape of one item, without the batch dimension.'),
    scale: z.number().optional().describe('Real value = (v - zeroPoint) * scale.'),
    zeroPoint: z.number().optional().describe('Real value = (v - zeroPoint) * scale.'),
  })
  .describe('Raw tensors from .bin, .npy or .json files.')

/** The key `dataset` of a written spec. */
export const dataset = z
  .strictObject({
    test: path.optional().describe('File or folder with the items that decide.'),
    file: path.optional().describe('The same as `test`.'),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .optional()
      .describe('Rows written here instead of a file.'),
    calibration: path
      .optional()
      .describe('Items for thresholds and calibration; never for the decision.'),
    train: path.optional().describe('Items that students may learn from.'),
    unlabelled: path.optional().describe('Items without labels, for distillation.'),
    input: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1), rawTensor])
      .describe('Column or columns that hold the input.'),
    expected: z
      .string()
      .min(1)
      .optional()
      .describe('Column with the label. Without it, agreement with the incumbent is the metric.'),
    id: z
      .string()
      .min(1)
      .optional()
      .describe('Column with a unique id. Without it, rows are numbered.'),
    slices: z
      .array(z.string().min(1))
      .optional()
      .describe('Columns by which quality is shown apart.'),
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe('Column that says which items belong together (one document, one user).'),
    format: z
      .enum(partNames(datasets))
      .optional()
      .describe('Format of the files; taken from the file name when left out.'),
    columns: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Names of the columns of a CSV or TSV file that has no header.'),
    labels: path
      .optional()
      .describe(
        'Label table of a folder: a CSV with file names and labels, relative to the folder.',
      ),
    synthetic: z
      .boolean()
      .optional()
      .describe('True where the data were made up; every report says so.'),
    limit: count.optional().describe('Use at most this many rows of each part.'),
    leftOut: z
      .array(leftOut)
      .optional()
      .describe('What an importer left out of the rows; written by rightsize.'),
  })
  .describe('Where the items are and which columns hold what.')
