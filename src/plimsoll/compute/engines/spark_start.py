"""Starting Spark: what must be there, and the settings without which it would count differently."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from plimsoll.compute.engines.spark_names import local_threads, masters, on_this_machine
from plimsoll.kernel.errors import PlimsollError

OLDEST_JAVA = 17
_ANSWER_S = 5
_FIRST_JOB_S = 180
_JAVA_S = 30

MEANING = {
    "spark.sql.session.timeZone": "UTC",
    # An amount that does not fit is an error, never a null.
    "spark.sql.ansi.enabled": "true",
    # Products and sums keep all their decimals, as in DuckDB, instead of giving some up.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.caseSensitive": "true",
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.parquet.mergeSchema": "false",
    "spark.sql.jsonGenerator.ignoreNullFields": "false",
    # A damaged or vanished file is an error, never skipped.
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
}
"""Settings on which the figures depend: they hold whatever the cluster's own defaults say."""

_HABITS = {
    "spark.app.name": "plimsoll",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    # A table that is kept has as many parts as its size asks for, not the 200 of every shuffle.
    "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "true",
}
"""Settings that spark-defaults.conf may change."""


def session(engine: str) -> Any:
    """A Spark session of its own on that master.

    Raises:
        PlimsollError: ``engine.spark_absent``, ``engine.java_absent``, ``engine.unreachable``,
            ``engine.other_session``.
    """
    spark_session, context, conf = _library()
    running = context._active_spark_context
    if running is None:
        _check_java()
        _check_master(engine)
        running = _start(engine, conf, spark_session)
    elif running.master != engine:
        raise PlimsollError(
            "engine.other_session",
            f"this process already runs Spark on {running.master}",
            fix="Use that one, or a process of its own for each.",
        )
    own = spark_session(running).newSession()
    for name, value in MEANING.items():
        own.conf.set(name, value)
    return own


def _library() -> tuple[Any, Any, Any]:
    try:
        import_module("pandas")  # Ibis needs it for this engine alone
        from pyspark import SparkConf, SparkContext
        from pyspark.sql import SparkSession
    except ImportError as problem:
        raise PlimsollError(
            "engine.spark_absent",
            f"Apache Spark is not installed here: {problem}",
            fix='Install it with: pip install "plimsoll[spark]"',
        ) from None
    return SparkSession, SparkContext, SparkConf


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    said = ""
    if java is not None:
        try:
            done = subprocess.run(  # noqa: S603  # the Java that Spark itself would start
                [java, "-version"], capture_output=True, text=True, timeout=_JAVA_S, check=False
            )
            said = done.stderr + done.stdout
        except (OSError, subprocess.TimeoutExpired):
            said = ""
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        found = f"Java {version[1]}" if version else "no Java"
        raise PlimsollError(
            "engine.java_absent",
            f"Apache Spark needs Java {OLDEST_JAVA} or newer; found {found}",
            fix=f"Install a Java runtime ({OLDEST_JAVA} or 21), and set JAVA_HOME if java is not on the path.",
        )


def _check_master(engine: str) -> None:
    """Spark itself tries for a minute; whether anybody listens shows at once."""
    addresses = masters(engine)
    for host, port in addresses:
        try:
            socket.create_connection((host, port), timeout=_ANSWER_S).close()
        except (OSError, OverflowError):
            continue
        return
    if addresses:
        raise _unreachable(engine, "nobody answers there")


def _unreachable(engine: str, why: str) -> PlimsollError:
    return PlimsollError(
        "engine.unreachable",
        f"the Spark master {engine} cannot be used: {why}",
        fix="Check host and port, that master and workers run, and that they have cores and memory free.",
    )


def _start(engine: str, conf: Any, spark_session: Any) -> Any:
    """A Spark context on which a job has run."""
    settings = conf().setMaster(engine)
    threads = local_threads(engine)
    habits = dict(_HABITS)
    if on_this_machine(engine):
        habits |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    if threads is not None:
        cores = (os.cpu_count() or 1) if threads == "*" else int(threads)
        habits["spark.sql.shuffle.partitions"] = str(max(4, 2 * cores))
    for name, value in habits.items():
        settings.setIfMissing(name, value)
    quiet = f"-Dlog4j2.configurationFile={files('plimsoll.compute.engines') / 'log4j2.properties'}"
    settings.set(
        "spark.driver.extraJavaOptions", f"{settings.get('spark.driver.extraJavaOptions', '')} {quiet}".strip()
    )
    try:
        started = spark_session.builder.config(conf=settings).getOrCreate()
    except Exception as problem:  # what the gateway raises depends on where it fails
        running = spark_session.getActiveSession()
        if running is not None:
            running.stop()
        raise _unreachable(engine, f"it could not be started: {_first_line(problem)}") from None
    if masters(engine):
        _try_a_job(engine, started)
    return started.sparkContext


def _try_a_job(engine: str, started: Any) -> None:
    """A cluster without a free worker would let every job wait for ever."""
    with ThreadPoolExecutor(max_workers=1) as alone:
        job = alone.submit(lambda: started.range(1).count())
        try:
            job.result(timeout=_FIRST_JOB_S)
        except TooLate:
            started.stop()
            raise _unreachable(engine, f"no worker took a job within {_FIRST_JOB_S} seconds") from None
        except Exception as problem:
            started.stop()
            raise _unreachable(engine, f"the first job failed: {_first_line(problem)}") from None


def _first_line(problem: BaseException) -> str:
    lines = str(problem).strip().splitlines()
    return lines[0][:200] if lines else type(problem).__name__
