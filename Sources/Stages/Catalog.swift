import Contracts

/// Every stage variant this program has: a new one is a file in its phase's folder and a line here.
package let stageCatalog = StageCatalog([
  StageVariant(EmbeddingsStage.self),
  StageVariant(MLPStage.self),
  StageVariant(CLIPStage.self),
  StageVariant(DualEncoderStage.self),
  StageVariant(EncoderStage.self),
  StageVariant(SphereStage.self),
  StageVariant(ContrastiveStage.self),
  StageVariant(GapStage.self),
  StageVariant(RotationStage.self),
  StageVariant(CentreStage.self),
  StageVariant(ProcrustesStage.self),
  StageVariant(GapEvaluation.self),
  StageVariant(CosineSimilarityEvaluation.self),
  StageVariant(ContrastiveLossEvaluation.self),
  StageVariant(RetrievalEvaluation.self),
  StageVariant(ProjectionEvaluation.self),
])
