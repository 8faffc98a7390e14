/** What is known of a metric: which way is better, and whether its worst value is known. */
export interface MetricFacts {
  readonly better: 'higher' | 'lower'
  /** Within 0..1, so that 1 - x turns one in which lower is better; else its range must be stated. */
  readonly bounded: boolean
}

const lower = { better: 'lower', bounded: true } as const
const lowerUnbounded = { better: 'lower', bounded: false } as const
const higher = { better: 'higher', bounded: true } as const

/**
 * Metrics by the words of their names, the first that fits. Sources: scikit-learn's metrics, the metrics of
 * lm-evaluation-harness 0.4 and of torchmetrics' text package (their `higher_is_better`).
 */
const metrics: readonly (readonly [RegExp, MetricFacts])[] = [
  [/^(?:error|err|wer|mer|wil|cer|ter|per|der|eer|fpr|fnr|fdr|ece|brier)$/, lower],
  [
    /(?:error|hallucination|toxicity|refusal|failure|miss|false_positive|false_negative)_rate$/,
    lower,
  ],
  [
    /^(?:brier_score|brier_score_loss|hallucination|toxicity|bias|expected_calibration_error)$/,
    lower,
  ],
  [/^(?:errors|error_count|mistakes)$/, lowerUnbounded],
  [
    /perplexity|^ppl$|^(?:bpb|nll|mae|mse|rmse|mape|smape|msle)$|bits_per|cross_entropy/,
    lowerUnbounded,
  ],
  [/(?:^|_)(?:loss|distance|latency|cost|error|ms|seconds)$/, lowerUnbounded],
  [
    /(?:^|_)(?:acc|accuracy|em|f1|f2|precision|recall|auc|auroc|mcc|kappa|iou|dice|mrr|map|r2)(?:_|$)/,
    higher,
  ],
  [
    /(?:^|_)(?:exact_match|quasi_exact_match|match|includes|correct|correctness|is_correct)(?:_|$)/,
    higher,
  ],
  [/^(?:pass|passed|success|succeeded|solved|resolved|pass@\d+|pass_at_\d+|win|win_rate)$/, higher],
  [
    /(?:^|_)(?:bleu\d?|sacrebleu|rouge\w*|meteor|chrf\w*|bertscore|bleurt|comet|ndcg(?:@\d+)?)(?:_|$)/,
    higher,
  ],
  [
    /(?:^|_)(?:score|rating|grade|quality|helpfulness|relevance|relevancy|faithfulness)(?:_|$)/,
    higher,
  ],
  [
    /(?:^|_)(?:similarity|cosine|jaccard|spearman|pearson|agreement|coverage|groundedness)(?:_|$)/,
    higher,
  ],
]

/** What is known of a metric by its name, whatever its case, prefix (`eval_`) or filter (`acc,none`); null where nothing is. */
export function metricFacts(name: string): MetricFacts | null {
  const bare = name
    .replace(/,.*$/, '')
    .trim()
    .replace(/([a-z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
  const words = bare.replace(/[\s./-]+/g, '_').replace(/^(?:eval|test|val|mean|avg|average)_/, '')
  return metrics.find(([pattern]) => pattern.test(words))?.[1] ?? null
}
