/// The gap metrics of the authors' arrays `features_clip.npy` and `features_clip_random.npy`, 500 pairs each; made by
/// `Tests/oracles/reference_bands.py`, which says how.
let referenceBands = """
  metric,side,reference,low,high
  l2m,both,CLIP,0.84378,0.85879
  l2i,both,CLIP,1.1721,1.1769
  rmg,both,CLIP,0.58715,0.59502
  gap-share,both,CLIP,0.51561,0.53373
  alignment,both,CLIP,1.3746,1.3858
  uniformity,x,CLIP,-1.8328,-1.7613
  uniformity,y,CLIP,-1.8784,-1.8035
  cross-uniformity,both,CLIP,-3.3438,-3.3247
  separability,both,CLIP,1,1
  centroid-cosine,both,CLIP,0.30442,0.3126
  anisotropy,x,CLIP,0.52184,0.53956
  anisotropy,y,CLIP,0.50591,0.52528
  effective-rank,x,CLIP,257.62,258.66
  effective-rank,y,CLIP,242.99,244.37
  effective-rank-centred,x,CLIP,296.63,299.2
  effective-rank-centred,y,CLIP,279.08,281.88
  participation-ratio,x,CLIP,39.337,45.869
  participation-ratio,y,CLIP,38.975,44.442
  isoscore,x,CLIP,0.075024,0.087807
  isoscore,y,CLIP,0.074315,0.085013
  partition-isotropy,x,CLIP,0.23244,0.23244
  partition-isotropy,y,CLIP,0.23777,0.23777
  frechet,both,CLIP,1.0993,1.1107
  frechet-mean,both,CLIP,0.7119,0.73746
  frechet-covariance,both,CLIP,0.37107,0.38944
  mmd2-biased,both,CLIP,0.0070729,0.0073275
  mmd2-unbiased,both,CLIP,0.0070538,0.0073085
  energy-distance,both,CLIP,0.63796,0.66544
  unbalanced-ot,both,CLIP,-0.0037386,-0.0037386
  procrustes-residual,both,CLIP,0.60427,0.6577
  cka,both,CLIP,0.61348,0.66006
  cka-unbiased,both,CLIP,0.583,0.62727
  mutual-knn,both,CLIP,0.2348,0.26221
  cknna,both,CLIP,0.25871,0.25871
  hubness-skew,x-to-y,CLIP,1.6455,1.6455
  hubness-skew,y-to-x,CLIP,2.3564,2.3564
  hubness-max,x-to-y,CLIP,54,54
  hubness-max,y-to-x,CLIP,72,72
  conformity-mean,x,CLIP,0.72308,0.7352
  conformity-mean,y,CLIP,0.71199,0.72545
  top-dimensions-share,both,CLIP,0.7468,0.76055
  neighbour-order,both,CLIP,0.3785,0.40208
  robustness,x-to-y,CLIP,0.46595,0.558
  robustness,y-to-x,CLIP,0.49795,0.58005
  v-measure,both,CLIP,1,1
  negative-w2-uniformity,x,CLIP,-1.0693,-1.0611
  negative-w2-uniformity,y,CLIP,-1.0779,-1.0702
  own-side-top1,x,CLIP,1,1
  own-side-top1,y,CLIP,1,1
  union-recall,x-to-y,CLIP,0,0
  union-recall,y-to-x,CLIP,0,0
  l2m,both,random CLIP,1.1282,1.1439
  l2i,both,random CLIP,1.3922,1.3951
  rmg,both,random CLIP,0.74277,0.75325
  gap-share,both,random CLIP,0.65513,0.67407
  alignment,both,random CLIP,1.9387,1.9467
  uniformity,x,random CLIP,-0.9472,-0.87254
  uniformity,y,random CLIP,-1.3349,-1.2853
  cross-uniformity,both,random CLIP,-3.89,-3.8752
  separability,both,random CLIP,1,1
  centroid-cosine,both,random CLIP,0.03856,0.044203
  anisotropy,x,random CLIP,0.6655,0.69852
  anisotropy,y,random CLIP,0.65685,0.66944
  effective-rank,x,random CLIP,36.781,38.017
  effective-rank,y,random CLIP,194.23,195.12
  effective-rank-centred,x,random CLIP,63.54,67.922
  effective-rank-centred,y,random CLIP,241.8,243.94
  participation-ratio,x,random CLIP,2.0575,2.3108
  participation-ratio,y,random CLIP,46.042,51.288
  isoscore,x,random CLIP,0.0020696,0.0025652
  isoscore,y,random CLIP,0.088145,0.098412
  partition-isotropy,x,random CLIP,0.19195,0.19195
  partition-isotropy,y,random CLIP,0.19597,0.19597
  frechet,both,random CLIP,1.8442,1.8529
  frechet-mean,both,random CLIP,1.2728,1.3085
  frechet-covariance,both,random CLIP,0.53981,0.57542
  mmd2-biased,both,random CLIP,0.012649,0.013004
  mmd2-unbiased,both,random CLIP,0.012636,0.012991
  energy-distance,both,random CLIP,1.2234,1.2629
  unbalanced-ot,both,random CLIP,0.013527,0.013527
  procrustes-residual,both,random CLIP,0.59565,0.64282
  cka,both,random CLIP,0.030507,0.059701
  cka-unbiased,both,random CLIP,0.017441,0.034131
  mutual-knn,both,random CLIP,0.02399,0.034605
  cknna,both,random CLIP,0.021437,0.021437
  hubness-skew,x-to-y,random CLIP,6.3693,6.3693
  hubness-skew,y-to-x,random CLIP,4.6744,4.6744
  hubness-max,x-to-y,random CLIP,456,456
  hubness-max,y-to-x,random CLIP,226,226
  conformity-mean,x,random CLIP,0.81625,0.8362
  conformity-mean,y,random CLIP,0.8109,0.81861
  top-dimensions-share,both,random CLIP,0.077136,0.080672
  neighbour-order,both,random CLIP,0.48947,0.49851
  robustness,x-to-y,random CLIP,0.20595,0.28
  robustness,y-to-x,random CLIP,0.044,0.09205
  v-measure,both,random CLIP,1,1
  negative-w2-uniformity,x,random CLIP,-1.3445,-1.343
  negative-w2-uniformity,y,random CLIP,-1.1594,-1.1556
  own-side-top1,x,random CLIP,1,1
  own-side-top1,y,random CLIP,1,1
  union-recall,x-to-y,random CLIP,0,0
  union-recall,y-to-x,random CLIP,0,0
  """
