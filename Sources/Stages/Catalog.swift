import Contracts
import Encoders

/// Every stage variant this program has: a new one is a file in its phase's folder and a line below.
package let stageCatalog = StageCatalog(towers: towerCatalog)

extension StageCatalog {
  /// The stages, with these architectures for those of towers.
  package init(towers: TowerCatalog) {
    /// What an `init` that makes models declares is what `train` asks for.
    let makers = [
      NetworkMaker(CLIPStage.self, towers),
      NetworkMaker(DualEncoderStage.self, towers),
    ]
    let before = [
      StageVariant(EmbeddingsStage.self),
      StageVariant(MLPStage.self),
      StageVariant(PairStage.self),
    ]
    self.init(
      before + makers.map(\.variant) + [
        StageVariant(EncoderStage.self, towers),
        StageVariant(SphereStage.self),
        StageVariant(PublishedStage.self),
        StageVariant(ClassPromptsStage.self, makers),
        StageVariant(ContrastiveStage.self, makers),
        StageVariant(GapStage.self),
        StageVariant(RotationStage.self),
        StageVariant(CentreStage.self),
        StageVariant(RealignStage.self),
        StageVariant(ProjectOutStage.self),
        StageVariant(AblateStage.self),
        StageVariant(WhitenStage.self),
        StageVariant(StandardizeStage.self),
        StageVariant(ProcrustesStage.self),
        StageVariant(GapEvaluation.self),
        StageVariant(GapMetricsEvaluation.self),
        StageVariant(CosineSimilarityEvaluation.self),
        StageVariant(ContrastiveLossEvaluation.self),
        StageVariant(RetrievalEvaluation.self),
        StageVariant(ProjectionEvaluation.self),
        StageVariant(ZeroShotEvaluation.self, makers),
        StageVariant(GroupBiasEvaluation.self, makers),
        StageVariant(BestShiftEvaluation.self),
        StageVariant(SampleSummaryEvaluation.self),
        StageVariant(DifferenceEvaluation.self),
        StageVariant(RatioEvaluation.self),
        StageVariant(ProportionsEvaluation.self),
        StageVariant(DistanceIdentityEvaluation.self),
        StageVariant(MonotonicityEvaluation.self),
        StageVariant(VarianceRatioEvaluation.self),
        StageVariant(CapFractionEvaluation.self),
        StageVariant(ConformityEvaluation.self),
        StageVariant(ConformityDivergenceEvaluation.self),
        StageVariant(DimensionSeparationEvaluation.self),
        StageVariant(GapConstancyEvaluation.self),
        StageVariant(RankingChangeEvaluation.self),
        StageVariant(NoiseRobustnessEvaluation.self),
        StageVariant(SharedSpaceEvaluation.self),
        StageVariant(SigmoidSeparationEvaluation.self),
        StageVariant(GradientFlowEvaluation.self),
        StageVariant(GapGrowthEvaluation.self),
        StageVariant(InfoNCELimitEvaluation.self),
        StageVariant(VonMisesFisherLossEvaluation.self),
        StageVariant(UniformityLimitEvaluation.self),
        StageVariant(SigmoidLossEvaluation.self),
      ])
  }
}
