use crate::commands::{account, erasure, operator, receipt, seal, trail};
use crate::config::{Config, Settings};
use crate::control::AskControl;
use crate::{Stop, serve};
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use types::{AccountId, Duty, OperatorName};

/// Data custody that can be proved.
///
/// Objects, keys and identities behind the protocols of Alibaba Cloud (OSS, KMS, RAM, STS, ActionTrail) and Amazon S3,
/// encrypted under the tenant's own keys, with every call in a log that anyone can verify.
#[derive(Parser)]
#[command(name = "bailee", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server. Without any option: data in ./bailee-data, listening on 127.0.0.1:7070
    #[command(after_help = SERVE_HELP)]
    Serve(Box<ServeArgs>),
    /// Make and list accounts, in a data folder whose server is stopped, and set ceilings over them
    #[command(subcommand)]
    Account(AccountCommand),
    /// Make and look after operators, the deployment's staff, in a data folder whose server is stopped
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Look at what protects the root of all keys, and change it: through the server if it runs
    #[command(subcommand)]
    Seal(SealCommand),
    /// Verify and show the log of what was done
    #[command(subcommand)]
    Trail(TrailCommand),
    /// Receipts of erasures: what is gone, since when, and whether for good
    #[command(subcommand)]
    Erasure(ErasureCommand),
    /// Say which version this is
    Version,
}

const SERVE_HELP: &str = "\
Settings come from a TOML file (--config), from the environment, and from these flags; a flag beats the environment, which \
beats the file. On the first start the server makes an account and writes its root access key to \
<DATA>/first-credentials.json (mode 0600).

  bailee serve
  bailee serve --data /srv/bailee --listen 0.0.0.0:7070 --tls-self-signed
  BAILEE_PASSPHRASE=… bailee serve --seal passphrase";

/// What `serve` can be told. Each is also a setting of the configuration file.
#[derive(Args, Default)]
pub(crate) struct ServeArgs {
    /// The folder everything is kept in [default: ./bailee-data]
    #[arg(long, env = "BAILEE_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address clients connect to [default: 127.0.0.1:7070]
    #[arg(long, env = "BAILEE_LISTEN", value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// The address of /healthz, /readyz and /metrics [default: 127.0.0.1:7071]
    #[arg(long, env = "BAILEE_METRICS_LISTEN", value_name = "ADDR")]
    metrics_listen: Option<SocketAddr>,
    /// A TOML file with settings
    #[arg(long, env = "BAILEE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Listen without TLS on an address that is not loopback
    #[arg(long, env = "BAILEE_INSECURE_LISTEN")]
    insecure_listen: bool,
    /// The TLS certificate chain, PEM
    #[arg(long, env = "BAILEE_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The TLS private key, PEM
    #[arg(long, env = "BAILEE_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Make a certificate authority once, and a certificate from it at each start
    #[arg(long, env = "BAILEE_TLS_SELF_SIGNED", conflicts_with = "tls_cert")]
    tls_self_signed: bool,
    /// What protects the root key: `file`, `passphrase` (read from BAILEE_PASSPHRASE), `shares` or `pkcs11` [default: as the data folder
    /// says, and `file` for a new one]
    #[arg(long, env = "BAILEE_SEAL", value_name = "KIND")]
    seal: Option<String>,
    /// A domain whose subdomains are buckets; may be given several times
    #[arg(long = "domain", env = "BAILEE_DOMAIN", value_name = "NAME", value_delimiter = ',')]
    domains: Vec<String>,
    /// How many connections may be open at once; more wait until one ends [default: 4096]
    #[arg(long, env = "BAILEE_CONNECTIONS", value_name = "COUNT")]
    connections: Option<usize>,
    /// How to write the log: `text` or `json` [default: text]
    #[arg(long, env = "BAILEE_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<String>,
}

/// The data folder a tool works on.
#[derive(Args)]
pub(crate) struct DataArgs {
    /// The data folder
    #[arg(long, env = "BAILEE_DATA", value_name = "DIR", default_value = "./bailee-data")]
    pub(crate) data: PathBuf,
    /// A TOML file with settings, if the server has one
    #[arg(long, env = "BAILEE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Make an account and print its root access key, as JSON
    Create {
        /// What to call it
        name: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List the accounts, as JSON
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Look at the ceiling over an account, and change it: through the server if it runs
    #[command(subcommand)]
    ControlPolicy(ControlPolicyCommand),
}

#[derive(Subcommand)]
enum ControlPolicyCommand {
    /// Set it: without its word nobody of the account may do anything, its root neither
    Set {
        /// The account's id
        account: AccountId,
        /// The file with the policy, `-` for the standard input
        file: PathBuf,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Show it, as JSON
    Show {
        /// The account's id
        account: AccountId,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Take it away
    Clear {
        /// The account's id
        account: AccountId,
        #[command(flatten)]
        data: DataArgs,
    },
}

#[derive(Subcommand)]
enum OperatorCommand {
    /// Make an operator and print its access key, as JSON
    Create {
        /// The name
        name: OperatorName,
        /// What for: `accounts`, `operators` or `audit`; may be given several times
        #[arg(long = "duty", value_name = "DUTY")]
        duties: Vec<Duty>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List the operators, as JSON
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Give an operator other duties, or stop it from doing anything
    Update {
        /// Who
        name: OperatorName,
        /// What for from now on; may be given several times
        #[arg(long = "duty", value_name = "DUTY", conflicts_with = "no_duties")]
        duties: Vec<Duty>,
        /// For nothing from now on
        #[arg(long)]
        no_duties: bool,
        /// Whether it may do anything
        #[arg(long, value_name = "BOOL")]
        active: Option<bool>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Make an operator another access key and print it, as JSON
    Key {
        /// Whose
        name: OperatorName,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove an operator and its access keys
    Delete {
        /// Who
        name: OperatorName,
        #[command(flatten)]
        data: DataArgs,
    },
}

#[derive(Subcommand)]
enum SealCommand {
    /// Show its kind, since when it has its keys, and what is under way, as JSON
    Status {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Put a new root key in the place of the one there is
    Rotate {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Keep the same keys under another seal, another passphrase (read from BAILEE_NEW_PASSPHRASE) or other shares (printed)
    Migrate {
        /// What is to protect them: `file`, `passphrase`, `shares`, or `pkcs11` (the token that the configuration names)
        #[arg(long, value_name = "KIND")]
        to: String,
        /// How many shares there are to be
        #[arg(long, value_name = "COUNT", requires = "threshold")]
        shares: Option<u8>,
        /// How many of them are to be needed at each start
        #[arg(long, value_name = "COUNT", requires = "shares")]
        threshold: Option<u8>,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Give one share, read from the standard input, to a server that waits for shares
    Unseal {
        #[command(flatten)]
        data: DataArgs,
    },
    /// End the erasure epoch: what was erased in it is gone from every copy
    Epoch {
        #[command(flatten)]
        data: DataArgs,
    },
}

#[derive(Subcommand)]
enum ErasureCommand {
    /// Write a receipt for what one event erased
    Receipt(receipt::ReceiptArgs),
    /// Check a receipt, and say what it shows
    Verify(receipt::CheckArgs),
}

#[derive(Subcommand)]
enum TrailCommand {
    /// Check the whole log: nothing changed, dropped, reordered or cut off
    Verify(trail::VerifyArgs),
    /// Print events as lines of JSON, oldest first
    Show(trail::ShowArgs),
    /// Write a receipt for one event: what shows to anybody, offline, that it was recorded
    Receipt(receipt::ReceiptArgs),
    /// Check a receipt, and print the event that it shows
    CheckReceipt(receipt::CheckArgs),
}

pub(crate) fn run() -> Result<ExitCode, Stop> {
    match Cli::parse().command {
        Command::Serve(args) => serve::run(settings(*args)?),
        Command::Account(AccountCommand::Create { name, data }) => account::create(&tool_settings(&data)?, &name),
        Command::Account(AccountCommand::List { data }) => account::list(&tool_settings(&data)?),
        Command::Account(AccountCommand::ControlPolicy(command)) => control_policy(command),
        Command::Operator(command) => run_operator(command),
        Command::Seal(SealCommand::Status { data }) => seal::status(&tool_settings(&data)?),
        Command::Seal(SealCommand::Rotate { data }) => seal::rotate(&tool_settings(&data)?),
        Command::Seal(SealCommand::Migrate { to, shares, threshold, data }) => {
            seal::migrate(&tool_settings(&data)?, &to, threshold.zip(shares))
        }
        Command::Seal(SealCommand::Unseal { data }) => seal::unseal(&tool_settings(&data)?),
        Command::Seal(SealCommand::Epoch { data }) => seal::epoch(&tool_settings(&data)?),
        Command::Trail(TrailCommand::Verify(args)) => trail::verify(&args),
        Command::Trail(TrailCommand::Show(args)) => trail::show(&args),
        Command::Trail(TrailCommand::Receipt(args)) => receipt::make(&args),
        Command::Trail(TrailCommand::CheckReceipt(args)) => receipt::check(&args),
        Command::Erasure(ErasureCommand::Receipt(args)) => erasure::make(&args),
        Command::Erasure(ErasureCommand::Verify(args)) => erasure::verify(&args),
        Command::Version => {
            println!("bailee {}", env!("CARGO_PKG_VERSION"));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn control_policy(command: ControlPolicyCommand) -> Result<ExitCode, Stop> {
    let (ask, data) = match command {
        ControlPolicyCommand::Set { account, file, data } => (account::set_control(account, &file)?, data),
        ControlPolicyCommand::Show { account, data } => (AskControl::Show { account }, data),
        ControlPolicyCommand::Clear { account, data } => (AskControl::Clear { account }, data),
    };
    account::control_policy(&tool_settings(&data)?, ask)
}

fn run_operator(command: OperatorCommand) -> Result<ExitCode, Stop> {
    match command {
        OperatorCommand::Create { name, duties, data } => operator::create(&tool_settings(&data)?, name, &duties),
        OperatorCommand::List { data } => operator::list(&tool_settings(&data)?),
        OperatorCommand::Update { name, duties, no_duties, active, data } => {
            let duties = (no_duties || !duties.is_empty()).then_some(duties.as_slice());
            operator::update(&tool_settings(&data)?, name, duties, active)
        }
        OperatorCommand::Key { name, data } => operator::key(&tool_settings(&data)?, name),
        OperatorCommand::Delete { name, data } => operator::delete(&tool_settings(&data)?, name),
    }
}

/// The settings in force: the file's, overridden by environment and flags (clap has put those two in order).
fn settings(args: ServeArgs) -> Result<Settings, Stop> {
    let mut config = Config::read(args.config.as_deref())?;
    let set = |to: &mut Option<PathBuf>, from: Option<PathBuf>| {
        if from.is_some() {
            *to = from;
        }
    };
    set(&mut config.data, args.data);
    config.listen = args.listen.or(config.listen);
    config.metrics_listen = args.metrics_listen.or(config.metrics_listen);
    config.insecure_listen |= args.insecure_listen;
    set(&mut config.tls.cert, args.tls_cert);
    set(&mut config.tls.key, args.tls_key);
    config.tls.self_signed |= args.tls_self_signed;
    config.seal = args.seal.or(config.seal);
    if !args.domains.is_empty() {
        config.domains = args.domains;
    }
    config.connections = args.connections.or(config.connections);
    config.log_format = args.log_format.or(config.log_format);
    config.settle()
}

/// The settings of a tool that works on a data folder.
pub(crate) fn tool_settings(args: &DataArgs) -> Result<Settings, Stop> {
    let mut config = Config::read(args.config.as_deref())?;
    config.data = Some(args.data.clone());
    config.seal = std::env::var("BAILEE_SEAL").ok().or(config.seal);
    config.settle()
}
