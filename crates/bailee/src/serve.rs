use crate::config::{Settings, Tls};
use crate::deployment::{Deployment, service};
use crate::listener::Listener;
use crate::rewrapping::Rewrapping;
use crate::sealing::Sealing;
use crate::{Stop, admin, logging, ops_server, tls};
use dialects::{Domains, Region};
use iam::{CreateAccount, NewAccount};
use serde_json::json;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use types::Clock;

/// How often housekeeping runs: old nonces, orphaned blobs, keys whose time has come.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// How often every blob is looked at for one that nothing names: at the start, and then rarely, since only a crash
/// leaves any.
const SWEEP: Duration = Duration::from_secs(6 * 60 * 60);

/// How long after the last key was wrapped anew an old epoch's key is destroyed: whoever read a record before has opened it
/// by then.
const SEAL_GRACE: Duration = Duration::from_secs(5);

/// Serves until told to stop.
pub(crate) fn run(settings: Settings) -> Result<ExitCode, Stop> {
    logging::start(settings.json_log);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(64).build()?;
    runtime.block_on(serve(settings))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> Result<(), Stop> {
    let deployment = Deployment::open_patiently(&settings).await?;
    if deployment.fresh && deployment.seal_kind() == "file" {
        say_fresh(&settings);
    }
    let tls = tls::acceptor(&settings, &deployment).await?;
    let scheme = if settings.tls == Tls::Off { "http" } else { "https" };
    let listener = Listener::bind(settings.listen, tls, settings.connections).await?;
    let endpoint = format!("{scheme}://{}", listener.address());
    first_account(&deployment, &settings, &endpoint).await?;

    let (stop, stopped) = watch::channel(false);
    let ready = Arc::new(AtomicBool::new(false));
    let (publishers, clock) = (deployment.publishers.clone(), deployment.domains.clock.clone());
    let ops = ops_server::start(settings.metrics_listen, ready.clone(), publishers, clock).await?;
    let sealing = Arc::new(deployment.sealing(SEAL_GRACE));
    let admin = admin::listen(&settings.data, sealing.clone())?;
    let mut background = vec![tokio::spawn(housekeep(deployment.domains.clone(), stopped.clone()))];
    let clock = deployment.domains.clock.clone();
    background.push(tokio::spawn(end_epochs(sealing, settings.epoch, clock, stopped.clone())));
    for region in &deployment.domains.regions {
        let rotation = rotate_secrets(deployment.domains.clone(), region.clone(), stopped.clone());
        background.push(tokio::spawn(rotation));
        let rewrapping = Rewrapping::new(deployment.domains.clone(), region.clone());
        background.push(tokio::spawn(rewrap_keys(rewrapping, deployment.domains.clock.clone(), stopped.clone())));
        let rules =
            apply_lifecycles(deployment.domains.clone(), region.clone(), settings.lifecycle_day, stopped.clone());
        background.push(tokio::spawn(rules));
    }
    for publisher in deployment.publishers.clone() {
        let stopped = stopped.clone();
        background.push(tokio::spawn(async move { publisher.run(until(stopped)).await }));
    }
    ready.store(true, Ordering::Release);
    println!("bailee serves on {endpoint} (health and metrics on http://{})", ops.address());
    listener.run(deployment.domains.clone(), until(stopped.clone()), stop_signal(stop)).await;
    ready.store(false, Ordering::Release);
    drop(admin);
    for task in background {
        task.await?;
    }
    ops.stop();
    deployment.close().await?;
    println!("bailee has stopped");
    Ok(())
}

/// Resolves once the server is told to stop.
async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Waits for SIGTERM or SIGINT and passes it on.
async fn stop_signal(stop: watch::Sender<bool>) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("cannot listen for signals; stop with SIGKILL, which loses nothing acknowledged");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: finishing the calls under way");
    let _ = stop.send(true);
}

/// Said loudly, once: with the key file beside the data, whoever has the folder has the data.
fn say_fresh(settings: &Settings) {
    eprintln!(
        "bailee: made the key file {}. It is the root of all keys: without it nothing can be read, and with it \
         everything can. Keep a copy elsewhere, or use --seal passphrase.",
        settings.data.join("seal.json").display()
    );
}

/// On the first start, makes an account and writes its root access key where only the owner of the folder can read it.
///
/// A crash after the account is made and before the file is there would lose the secret for good. So the start is marked
/// as begun until the file is written, and a start that finds the mark makes another account; the lost one stays empty.
async fn first_account(deployment: &Deployment, settings: &Settings, endpoint: &str) -> Result<(), Stop> {
    let domains = &deployment.domains;
    let path = settings.data.join("first-credentials.json");
    let begun = settings.data.join("first-start");
    let caller = deployment.service("first-start", "ListAccounts");
    let none = domains.gate.perform(&caller, &domains.iam, iam::ListAccounts).await?.is_empty();
    if !none && !begun.exists() {
        return Ok(());
    }
    std::fs::File::create(&begun)?.sync_all()?;
    let caller = deployment.service("first-start", "CreateAccount");
    let made = domains.gate.perform(&caller, &domains.iam, CreateAccount { name: "first".to_owned() }).await?;
    let region = settings.regions.first().map(|r| r.name.to_string()).unwrap_or_default();
    write_credentials(&path, &made, endpoint, &region)?;
    // Only now is the first start over.
    std::fs::remove_file(&begun)?;
    print_environment(&path, &made, endpoint, &region, settings);
    Ok(())
}

fn write_credentials(path: &Path, made: &NewAccount, endpoint: &str, region: &str) -> Result<(), Stop> {
    let text = json!({
        "account_id": made.account.id.to_string(),
        "access_key_id": made.root.id.as_str(),
        "access_key_secret": made.root.secret.expose(),
        "endpoint": endpoint,
        "region": region,
    });
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    let mut file = file.map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    writeln!(file, "{text:#}")?;
    file.sync_all()?;
    Ok(())
}

/// What to set in a shell to use the clients.
fn print_environment(path: &Path, made: &NewAccount, endpoint: &str, region: &str, settings: &Settings) {
    let (id, secret) = (&made.root.id, made.root.secret.expose());
    println!(
        "This is the first start. Account {} was made; its root access key is in {}.",
        made.account.id,
        path.display()
    );
    println!("To use it from a shell (AWS clients; Python oss2 and alibabacloud-oss-v2; Node ali-oss):\n");
    println!("  export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret}");
    println!("  export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region}");
    println!("  export OSS_ACCESS_KEY_ID={id} OSS_ACCESS_KEY_SECRET={secret}");
    println!("  export OSS_ENDPOINT={endpoint} OSS_REGION={region}");
    println!("  export ALIBABA_CLOUD_ACCESS_KEY_ID={id} ALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}");
    if settings.tls == Tls::SelfSigned {
        let ca = tls::ca_file(&settings.data);
        let ca = ca.display();
        println!("  export AWS_CA_BUNDLE={ca} SSL_CERT_FILE={ca} REQUESTS_CA_BUNDLE={ca}");
        println!("  export ALIBABA_CLOUD_CA_BUNDLE={ca} NODE_EXTRA_CA_CERTS={ca}");
    }
    println!();
}

/// Sweeps and due destructions, as Bailee itself and through the gate where a tenant's things are touched.
async fn housekeep(domains: Arc<Domains>, stopped: watch::Receiver<bool>) {
    let mut swept = None;
    loop {
        let now = domains.clock.elapsed();
        let sweep = swept.is_none_or(|last| now.saturating_sub(last) >= SWEEP);
        if sweep {
            swept = Some(now);
        }
        housekeep_once(&domains, sweep).await;
        tokio::select! {
            () = until(stopped.clone()) => return,
            () = domains.clock.sleep(HOUSEKEEPING) => {}
        }
    }
}

/// One round. Blobs come first: on a full disk they are what makes room. A step that fails does not keep the others from
/// theirs; all are tried again in the next round.
async fn housekeep_once(domains: &Domains, sweep: bool) {
    let now = domains.clock.now();
    for region in &domains.regions {
        tell("collecting dropped blobs", region.objects.collect(now).await);
        if sweep {
            tell("sweeping orphaned blobs", region.objects.sweep(now).await);
        }
        let caller = service(domains, "kms", "DestroySecret");
        tell("removing secrets whose time has come", region.secrets.remove_due(&caller).await);
        let caller = service(domains, "kms", "DestroyKey");
        tell("destroying keys whose time has come", region.kms.destroy_due(&domains.gate, &caller).await);
        let caller = service(domains, "kms", "RotateKey");
        tell("rotating keys whose time has come", region.kms.rotate_due(&domains.gate, &caller).await);
        let caller = service(domains, "kms", "ExpireKeyMaterial");
        tell("forgetting expired key material", region.kms.expire_due(&domains.gate, &caller).await);
        tell("destroying what is left in the token", region.kms.sweep_token(now).await);
        tell("forgetting old nonces", iam::sweep_nonces(&region.store, now).await);
    }
    tell("forgetting old nonces", iam::sweep_nonces(&domains.identity, now).await);
    tell("noting when access keys were used", iam::write_last_used(&domains.gate).await);
}

/// Ends erasure epochs when they have lasted long enough, and finishes what is unfinished.
async fn end_epochs(
    sealing: Arc<Sealing>,
    every: Option<Duration>,
    clock: Arc<dyn Clock>,
    stopped: watch::Receiver<bool>,
) {
    loop {
        let due = every.is_some_and(|every| sealing.is_due(every, clock.now()));
        let work = async { if due { sealing.end_epoch().await } else { sealing.resume().await } };
        // Stopped in the middle it is as after a crash: the next start goes on.
        tokio::select! {
            () = until(stopped.clone()) => return,
            done = work => tell("changing the seal", done),
        }
        tokio::select! {
            () = until(stopped.clone()) => return,
            () = clock.sleep(HOUSEKEEPING) => {}
        }
    }
}

/// Rewraps the keys of a region for which that was asked: when one was asked for, at the start, and each minute what did not
/// work before.
async fn rewrap_keys(rewrapping: Rewrapping, clock: Arc<dyn Clock>, stopped: watch::Receiver<bool>) {
    loop {
        // Stopped in the middle it is as after a crash: the next start goes on.
        tokio::select! {
            () = until(stopped.clone()) => return,
            done = rewrapping.finish() => tell("rewrapping keys", done),
        }
        tokio::select! {
            () = until(stopped.clone()) => return,
            () = rewrapping.asked() => {}
            () = clock.sleep(HOUSEKEEPING) => {}
        }
    }
}

/// Applies the lifecycle rules of a region's buckets: at the start, when some were set, and each day; each minute what did not
/// work before, and whatever became of a clock that was set.
async fn apply_lifecycles(domains: Arc<Domains>, region: Arc<Region>, day: Duration, stopped: watch::Receiver<bool>) {
    let caller = |operation| service(&domains, "oss", operation);
    loop {
        // Stopped in the middle it is as after a crash: the next start goes on.
        tokio::select! {
            () = until(stopped.clone()) => return,
            done = region.objects.apply_lifecycles(&caller) => tell("applying lifecycle rules", done),
        }
        tokio::select! {
            () = until(stopped.clone()) => return,
            () = region.objects.lifecycle_set() => {}
            () = domains.clock.sleep(day.min(HOUSEKEEPING)) => {}
        }
    }
}

/// Rotates the secrets of a region that are due: each minute, and when one was asked for.
async fn rotate_secrets(domains: Arc<Domains>, region: Arc<Region>, stopped: watch::Receiver<bool>) {
    loop {
        let caller = service(&domains, "kms", "RotateSecret");
        tell("rotating secrets that are due", region.secrets.rotate_due(&caller).await);
        tokio::select! {
            () = until(stopped.clone()) => return,
            () = region.secrets.asked() => {}
            () = domains.clock.sleep(HOUSEKEEPING) => {}
        }
    }
}

fn tell<T>(step: &str, result: types::Result<T>) {
    if let Err(failure) = result {
        let cause = std::error::Error::source(&failure);
        tracing::warn!(step, error = %failure, ?cause, "housekeeping failed; it is tried again");
    }
}
