-- The same accounting by hand, for exactly these files: FOCUS Parquet with typed columns, a SKU table that is known to
-- be complete, hourly rows only, every quantity sound. Run by accounting_sql.py, one statement after the other.
-- `idle` tells reserved and unused capacity, which is no use, apart.

CREATE TEMP TABLE daily AS
SELECT provider, account, run_id, chip, tier, day, idle,
       sum(accel_ns)::DECIMAL(38, 0) AS accel_ns,
       (sum(accel_ns) * peak)::DECIMAL(38, 0) AS cap_flop,
       (sum(accel_ns * bp) * peak)::DECIMAL(38, 0) AS est_e4,
       count(*) AS usage_rows
FROM (
    SELECT usage.provider,
           BillingAccountId AS account,
           x_DeclaredRunId AS run_id,
           sku.chip,
           sku.peak,
           CASE WHEN x_TensorActive IS NOT NULL THEN 'A' ELSE 'C' END AS tier,
           ChargePeriodStart::DATE AS day,
           CommitmentDiscountStatus IS NOT DISTINCT FROM 'Unused' AS idle,
           coalesce(ConsumedQuantity, PricingQuantity) * sku.ns_per_unit AS accel_ns,
           coalesce((x_TensorActive * 10000)::INTEGER, CASE WHEN x_WorkloadClass = 'infer' THEN 1500 ELSE 4000 END) AS bp
    FROM read_parquet('$FILES', hive_partitioning = true) AS usage
    JOIN sku ON sku.sku_id = usage.SkuId
    WHERE ChargeCategory = 'Usage'
      AND ($IDLE OR CommitmentDiscountStatus IS DISTINCT FROM 'Unused')
      AND ConsumedUnit = 'Hours'
)
GROUP BY provider, account, run_id, chip, peak, tier, day, idle;

CREATE TEMP TABLE rolling AS
SELECT provider, account, day,
       sum(cap_flop) OVER w30 AS cap_30, sum(est_e4) OVER w30 AS est_e4_30,
       sum(cap_flop) OVER w90 AS cap_90, sum(est_e4) OVER w90 AS est_e4_90,
       sum(cap_flop) OVER w180 AS cap_180, sum(est_e4) OVER w180 AS est_e4_180,
       sum(cap_flop) OVER w365 AS cap_365, sum(est_e4) OVER w365 AS est_e4_365
FROM (
    SELECT provider, account, day, sum(cap_flop) AS cap_flop, sum(est_e4) AS est_e4
    FROM daily
    WHERE NOT idle
    GROUP BY provider, account, day
)
WINDOW
    w30 AS (PARTITION BY provider, account ORDER BY day RANGE BETWEEN INTERVAL 29 DAYS PRECEDING AND CURRENT ROW),
    w90 AS (PARTITION BY provider, account ORDER BY day RANGE BETWEEN INTERVAL 89 DAYS PRECEDING AND CURRENT ROW),
    w180 AS (PARTITION BY provider, account ORDER BY day RANGE BETWEEN INTERVAL 179 DAYS PRECEDING AND CURRENT ROW),
    w365 AS (PARTITION BY provider, account ORDER BY day RANGE BETWEEN INTERVAL 364 DAYS PRECEDING AND CURRENT ROW);

SELECT (SELECT sum(accel_ns) FROM daily WHERE NOT idle) AS accel_ns,
       (SELECT sum(cap_flop) FROM daily WHERE NOT idle) AS cap_flop,
       (SELECT sum(est_e4) FROM daily WHERE NOT idle) AS est_e4,
       (SELECT count(*) FROM daily WHERE NOT idle) AS cells,
       (SELECT sum(accel_ns) FROM daily WHERE idle) AS unused_accel_ns,
       count(*) AS account_days,
       sum(cap_30) AS cap_30, sum(est_e4_30) AS est_e4_30, sum(cap_90) AS cap_90, sum(est_e4_90) AS est_e4_90,
       sum(cap_180) AS cap_180, sum(est_e4_180) AS est_e4_180, sum(cap_365) AS cap_365, sum(est_e4_365) AS est_e4_365
FROM rolling;
