import { encodeModel } from '../../../core/onnx/encode.ts'
import { type LinearOptions, linearTraining } from '../../../core/student/linear.ts'
import { LinearClassifier } from '../../../core/student/runtime-linear.ts'
import { encodeLinear } from '../../../core/student/student-forms.ts'
import { linearOnnx } from '../../../core/student/student-onnx.ts'
import { runTraining, type Student, type StudentTask, type StudentWorld } from '../student-task.ts'

/** Hashed n-grams and a multinomial logistic: the simple alternative, trained in seconds. */
export async function trainLinear(task: StudentTask, world: StudentWorld): Promise<Student> {
  const { labels, seed, rows } = task
  const options = { ...(task.options as LinearOptions), labels, seed }
  const { model, report } = await runTraining(linearTraining(rows, options), world)
  const reader = new LinearClassifier(model)
  return {
    files: new Map([['model.safetensors', encodeLinear(model)]]),
    onnx: async () => new Map([['linear.onnx', encodeModel(linearOnnx(model))]]),
    parameters: model.weights.length + model.bias.length,
    trainingTokens: null,
    chosen: {
      features: report.features,
      ...report.chosen,
      passes: report.fitEpochs,
      ...(report.leftOut > 0 && { 'rows left out': report.leftOut }),
    },
    settings: {},
    classify: async (texts) => texts.map((text) => reader.classify(text)),
  }
}
