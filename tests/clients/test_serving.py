"""The server as a process: health, metrics, start and stop, TLS, and what it refuses to start with."""

import json
import socket
import stat
import subprocess

import boto3
import botocore.config
import pytest
import requests
from harness import REGION, Rpc, Server, binary, clean_environment, free_port, pattern
from services import kms_of, new_key, s3_client


def test_health_and_metrics(server, s3, bucket):
    assert requests.get(f"{server.metrics_url}/healthz", timeout=5).status_code == 200
    assert requests.get(f"{server.metrics_url}/readyz", timeout=5).status_code == 200
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    text = requests.get(f"{server.metrics_url}/metrics", timeout=5).text
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines and all(len(line.rsplit(" ", 1)) == 2 for line in lines)
    assert bucket not in text, "names of tenants do not belong in metrics"


def test_the_metrics_are_not_on_the_tenants_port(server):
    assert requests.get(f"{server.url}/metrics", timeout=5).status_code in (403, 404)


def test_the_first_start_leaves_credentials(own_server):
    mode = stat.S_IMODE(own_server.credentials_file.stat().st_mode)
    assert mode == 0o600
    written = json.loads(own_server.credentials_file.read_text())
    assert set(written) >= {"account_id", "access_key_id", "access_key_secret", "endpoint", "region"}
    assert (written["endpoint"], written["region"]) == (own_server.url, REGION)
    told = Rpc(own_server, own_server.root).call("sts", "GetCallerIdentity")
    assert told["AccountId"] == written["account_id"]
    assert written["access_key_id"] in own_server.log.read_text()


def test_data_survives_restart_and_kill(own_server):
    client = s3_client(own_server, own_server.root)
    client.create_bucket(Bucket="kept")
    bodies = {"small": pattern(100), "large": pattern(5_000_000, 1)}
    for key, body in bodies.items():
        client.put_object(Bucket="kept", Key=key, Body=body)
    key = new_key(kms_of(Rpc(own_server, own_server.root)))
    before = own_server.credentials_file.read_text()
    for end in (own_server.stop, own_server.kill):
        end()
        own_server.start()
        client = s3_client(own_server, own_server.root)
        for name, body in bodies.items():
            assert client.get_object(Bucket="kept", Key=name)["Body"].read() == body
        told = Rpc(own_server, own_server.root).call("kms", "DescribeKey", KeyId=key)
        assert told["KeyMetadata"]["KeyState"] == "Enabled"
    assert own_server.credentials_file.read_text() == before


def test_sigterm_lets_requests_finish(own_server):
    client = s3_client(own_server, own_server.root)
    client.create_bucket(Bucket="kept")
    client.put_object(Bucket="kept", Key="a", Body=b"abc")
    assert own_server.stop() == 0, own_server.tail()


def test_one_process_per_data_folder(own_server):
    command = [binary(), "serve", "--data", own_server.data, "--listen", f"127.0.0.1:{free_port()}"]
    command += ["--metrics-listen", f"127.0.0.1:{free_port()}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=clean_environment())
    assert done.returncode != 0
    assert str(own_server.data) in done.stdout + done.stderr
    Rpc(own_server, own_server.root).call("sts", "GetCallerIdentity")


def refusal(tmp_path, *arguments, **environment):
    """What `serve` says when it must not start."""
    command = [binary(), "serve", "--data", tmp_path / "data", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=clean_environment(**environment))
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


def test_plain_http_is_for_loopback(tmp_path):
    said = refusal(tmp_path, "--listen", f"0.0.0.0:{free_port()}")
    assert "--insecure-listen" in said and "tls" in said.lower()


def test_a_wrong_setting_stops_the_start(tmp_path):
    config = tmp_path / "bailee.toml"
    config.write_text('listen = "127.0.0.1:0"\nlissten = "x"\n')
    said = refusal(tmp_path, "--config", config)
    assert "lissten" in said and ("2" in said or "line" in said)
    assert "--no-such-flag" in refusal(tmp_path, "--no-such-flag")


def test_help_is_worth_reading(server):
    said = server.run("--help").stdout
    for word in ("serve", "account", "trail", "version"):
        assert word in said
    assert "--listen" in server.run("serve", "--help").stdout
    assert server.run("version").stdout.strip()


def test_accounts_are_listed(own_server):
    own_server.stop()
    made = own_server.create_account("another")
    listed = own_server.run("account", "list", "--data", own_server.data).stdout
    assert made.account in listed and "another" in listed
    assert made.secret not in listed


def test_tls_with_a_certificate_of_its_own(tmp_path):
    server = Server(tmp_path, "--tls-self-signed").start()
    try:
        authority = next(path for path in server.data.rglob("*") if path.suffix in (".pem", ".crt") and "ca" in path.stem)
        root = server.root
        client = boto3.client(
            "s3",
            endpoint_url=f"https://{server.address}",
            aws_access_key_id=root.id,
            aws_secret_access_key=root.secret,
            region_name=REGION,
            verify=str(authority),
            config=botocore.config.Config(retries={"max_attempts": 1}),
        )
        client.create_bucket(Bucket="tls-test")
        # Over TLS, boto3 leaves the payload unsigned and sends a trailer.
        client.put_object(Bucket="tls-test", Key="a", Body=pattern(200_000))
        assert client.get_object(Bucket="tls-test", Key="a")["Body"].read() == pattern(200_000)
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"https://{server.address}", timeout=5)
        assert server.stop() == 0
    finally:
        server.kill()


def test_virtual_hosts(tmp_path):
    server = Server(tmp_path, "--domain", "localhost").start()
    try:
        client = s3_client(server, server.root)
        client.create_bucket(Bucket="virtual")
        client.put_object(Bucket="virtual", Key="a b", Body=b"abc", ACL="public-read")
        answer = requests.get(f"{server.url}/a%20b", headers={"Host": f"virtual.localhost:{server.port}"}, timeout=5)
        assert (answer.status_code, answer.content) == (200, b"abc"), answer.text
    finally:
        server.kill()


RAW = {
    "no request": b"\r\n\r\n",
    "not http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a huge header": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: x\r\n" * 20_000 + b"\r\n",
    "two lengths": b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a wrong chunk": b"PUT /b/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    "a bad escape": b"GET /b/%zz%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "no host": b"GET /b/k HTTP/1.1\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("kind", RAW)
def test_nonsense_does_not_hurt(server, kind):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.settimeout(10)
        try:
            connection.sendall(RAW[kind])
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
        except OSError:
            answer = b""
    status = answer.split(b" ", 2)[1][:1] if answer.startswith(b"HTTP/") else b"4"
    assert status in (b"4",), answer[:200]
    assert requests.get(f"{server.metrics_url}/healthz", timeout=5).status_code == 200


def test_a_cut_off_upload_changes_nothing(server, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"old")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a"}, ExpiresIn=60)
    path = url.removeprefix(server.url)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        head = f"PUT {path} HTTP/1.1\r\nHost: {server.address}\r\nContent-Length: 1000000\r\n\r\n"
        connection.sendall(head.encode() + bytes(300_000))
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"old"


def test_who_asks_to_continue_is_answered_first(server, s3, bucket):
    """botocore sends `Expect: 100-continue` with every upload, also with an empty one. An answer without a 100 before it
    leaves its connection in a state in which it misreads the next answer and hangs, unless the connection is closed."""
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a"}, ExpiresIn=60)
    head = f"PUT {url.removeprefix(server.url)} HTTP/1.1\r\nHost: {server.address}\r\nExpect: 100-continue\r\n"
    for length in (0, 5):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
            answer = connection.recv(65536)
            if answer.startswith(b"HTTP/1.1 100 "):
                connection.sendall(b"x" * length)
                answer = answer.split(b"\r\n\r\n", 1)[1] or connection.recv(65536)
            else:
                assert b"\r\nconnection: close\r\n" in answer.lower(), answer
            assert answer.startswith(b"HTTP/1.1 200 "), answer
