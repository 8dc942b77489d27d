"""Tools that speak S3: AWS CLI, s3cmd, rclone, DuckDB, Arrow."""

import filecmp
import json
import pathlib

import duckdb
import duckdb_extension_httpfs
import pyarrow
import pyarrow.fs
import pyarrow.parquet
import pytest
from commands import run
from harness import REGION, clean_environment, fresh, pattern


@pytest.fixture
def folder(tmp_path):
    """A small tree of files with awkward names."""
    made = tmp_path / "tree"
    (made / "sub dir").mkdir(parents=True)
    (made / "empty").write_bytes(b"")
    (made / "plain.txt").write_bytes(b"hello")
    (made / "sub dir" / "a b+é(1).bin").write_bytes(pattern(300_000))
    (made / "big.bin").write_bytes(pattern(20 * 1024 * 1024, 2))
    return made


def same_trees(one, other):
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert all(filecmp.cmp(one / name, other / name, shallow=False) for name in names)


def test_aws_cli_moves_files(aws_cli, folder, tmp_path):
    bucket = fresh("aws")
    aws_cli("s3", "mb", f"s3://{bucket}")
    aws_cli("s3", "cp", folder / "plain.txt", f"s3://{bucket}/plain.txt")
    assert "hello" == aws_cli("s3", "cp", f"s3://{bucket}/plain.txt", "-")
    aws_cli("s3", "sync", folder, f"s3://{bucket}/tree/")
    listed = aws_cli("s3", "ls", "--recursive", f"s3://{bucket}/")
    assert "tree/sub dir/a b+é(1).bin" in listed and "tree/empty" in listed
    assert "PRE tree/" in aws_cli("s3", "ls", f"s3://{bucket}/")
    assert aws_cli("s3", "sync", folder, f"s3://{bucket}/tree/").strip() == ""
    aws_cli("s3", "sync", f"s3://{bucket}/tree/", tmp_path / "back")
    same_trees(folder, tmp_path / "back")
    aws_cli("s3", "mv", f"s3://{bucket}/plain.txt", f"s3://{bucket}/moved.txt")
    assert "NoSuchBucket" in aws_cli("s3", "ls", f"s3://{fresh('none')}", fails=True)
    assert "BucketNotEmpty" in aws_cli("s3", "rb", f"s3://{bucket}", fails=True)
    aws_cli("s3", "rm", "--recursive", f"s3://{bucket}/")
    aws_cli("s3", "rb", f"s3://{bucket}")


def test_aws_cli_speaks_the_api(aws_cli, bucket, folder):
    name = "dir/a b+é~*(1).txt"
    put = json.loads(aws_cli("s3api", "put-object", "--bucket", bucket, "--key", name, "--body", folder / "plain.txt"))
    head = json.loads(aws_cli("s3api", "head-object", "--bucket", bucket, "--key", name))
    assert (head["ETag"], head["ContentLength"]) == (put["ETag"], 5)
    listed = json.loads(aws_cli("s3api", "list-objects-v2", "--bucket", bucket))
    assert [found["Key"] for found in listed["Contents"]] == [name]
    assert "NoSuchKey" in aws_cli("s3api", "get-object", "--bucket", bucket, "--key", "none", "/dev/null", fails=True)
    url = aws_cli("s3", "presign", f"s3://{bucket}/{name}").strip()
    assert run("curl", "-sS", "--fail", url, env=clean_environment()) == "hello"


@pytest.fixture
def s3cmd(server, root, tmp_path):
    config = tmp_path / "s3cfg"
    lines = ["[default]", f"access_key = {root.id}", f"secret_key = {root.secret}", f"bucket_location = {REGION}"]
    lines += [f"host_base = {server.address}", f"host_bucket = {server.address}", "use_https = False"]
    lines += ["signature_v2 = False", "max_retries = 1"]
    config.write_text("\n".join(lines) + "\n")
    # Debian's s3cmd belongs to Debian's Python, not to the one of this environment.
    env = clean_environment(LC_ALL="C.UTF-8", PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    return lambda *arguments, **more: run("s3cmd", "-c", config, *arguments, env=env, **more)


def test_s3cmd_moves_files(s3cmd, folder, tmp_path):
    bucket = fresh("s3cmd")
    s3cmd("mb", f"s3://{bucket}")
    assert f"s3://{bucket}" in s3cmd("ls")
    s3cmd("put", folder / "plain.txt", f"s3://{bucket}/a b+é.txt")
    s3cmd("get", f"s3://{bucket}/a b+é.txt", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"hello"
    s3cmd("sync", f"{folder}/", f"s3://{bucket}/tree/")
    assert "sub dir/a b+é(1).bin" in s3cmd("ls", "--recursive", f"s3://{bucket}/tree/")
    (tmp_path / "back").mkdir()
    s3cmd("sync", f"s3://{bucket}/tree/", f"{tmp_path / 'back'}/")
    same_trees(folder, tmp_path / "back")
    assert "MD5" in s3cmd("info", f"s3://{bucket}/tree/plain.txt")
    s3cmd("cp", f"s3://{bucket}/tree/plain.txt", f"s3://{bucket}/copy")
    s3cmd("del", f"s3://{bucket}/copy")
    s3cmd("del", "--recursive", "--force", f"s3://{bucket}/")
    s3cmd("rb", f"s3://{bucket}")


@pytest.fixture
def rclone(server, root, tmp_path):
    config = tmp_path / "rclone.conf"
    lines = ["[bailee]", "type = s3", "provider = Other", f"access_key_id = {root.id}", f"region = {REGION}"]
    lines += [f"secret_access_key = {root.secret}", f"endpoint = {server.url}", f"location_constraint = {REGION}"]
    config.write_text("\n".join(lines) + "\n")
    env = clean_environment()
    return lambda *arguments, **more: run("rclone", "--config", config, "--retries", "1", *arguments, env=env, **more)


def test_rclone_moves_and_checks_files(rclone, folder, tmp_path):
    bucket = f"bailee:{fresh('rclone')}"
    rclone("mkdir", bucket)
    rclone("copy", folder, f"{bucket}/tree")
    rclone("check", folder, f"{bucket}/tree")
    rclone("check", "--download", folder, f"{bucket}/tree")
    assert "sub dir/a b+é(1).bin" in rclone("lsf", "--recursive", f"{bucket}/tree")
    rclone("copy", f"{bucket}/tree", tmp_path / "back")
    same_trees(folder, tmp_path / "back")
    (folder / "plain.txt").write_bytes(b"changed")
    assert "1 differences found" in rclone("check", folder, f"{bucket}/tree", fails=True)
    rclone("sync", folder, f"{bucket}/tree")
    rclone("check", folder, f"{bucket}/tree")
    rclone("purge", bucket)
    assert bucket.split(":")[1] not in rclone("lsd", "bailee:")


@pytest.fixture
def table():
    numbers = list(range(200_000))
    return pyarrow.table({"n": numbers, "text": [f"row {n}" for n in numbers]})


def test_duckdb_reads_and_writes_parquet(server, root, s3, bucket, table, tmp_path):
    local = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(table, local, row_group_size=10_000)
    s3.upload_file(str(local), bucket, "year=2026/t 1.parquet")
    database = duckdb.connect()
    extension = next(pathlib.Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension"))
    database.execute(f"LOAD '{extension}'")
    secret = f"KEY_ID '{root.id}', SECRET '{root.secret}', REGION '{REGION}', ENDPOINT '{server.address}'"
    database.execute(f"CREATE SECRET (TYPE s3, {secret}, USE_SSL false, URL_STYLE 'path')")
    source = f"read_parquet('s3://{bucket}/*/*.parquet', hive_partitioning = true)"
    assert database.execute(f"SELECT count(*), sum(n), min(year) FROM {source}").fetchone() == (200_000, 19_999_900_000, 2026)
    assert database.execute(f"SELECT text FROM {source} WHERE n = 123456").fetchone() == ("row 123456",)
    database.execute(f"COPY (SELECT n FROM {source} WHERE n < 10) TO 's3://{bucket}/out.parquet' (FORMAT parquet)")
    assert database.execute(f"SELECT count(*) FROM 's3://{bucket}/out.parquet'").fetchone() == (10,)


def test_arrow_reads_and_writes_parquet(server, root, bucket, table):
    files = pyarrow.fs.S3FileSystem(
        access_key=root.id, secret_key=root.secret, endpoint_override=server.address, scheme="http", region=REGION
    )
    pyarrow.parquet.write_table(table, f"{bucket}/dir/t.parquet", filesystem=files)
    assert pyarrow.parquet.read_table(f"{bucket}/dir/t.parquet", filesystem=files).equals(table)
    found = files.get_file_info(pyarrow.fs.FileSelector(bucket, recursive=True))
    assert f"{bucket}/dir/t.parquet" in [entry.path for entry in found]
