//! The engine as its owner sees it: start, command, take events, close.

use std::any::Any;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use media::{Certificate, Command, Event, Profile, Sfu, SfuConfig};

use crate::candidates::host_candidates;
use crate::queues::{Inbox, Outbox, locked};
use crate::shard::{Ports, Shard, Shared, TCP_TOKEN};
use crate::sys::interface_addresses;
use crate::tcp::TcpPort;
use crate::udp::UdpPort;

/// Where the engine listens and what it tells clients.
#[derive(Debug, Clone)]
pub struct DriverConfig {
    /// Address of both sockets; unspecified for all, loopback for this machine alone.
    pub host: IpAddr,
    /// UDP port; 0 for any free one.
    pub udp_port: u16,
    /// TCP port for ICE-TCP, 0 for any free one; `None`: UDP alone.
    pub tcp_port: Option<u16>,
    /// Addresses to put into host candidates instead of the bound ones.
    pub advertised: Vec<IpAddr>,
    /// What may protect media, the best first.
    pub profiles: Vec<Profile>,
    /// Whether the kernel may be given several datagrams as one, to be segmented by it or by the network card.
    pub segmentation: bool,
}

/// A running engine. Dropping it closes it.
///
/// One shard today: a room lives in one shard, so more shards will be more of `shared` and `thread`, each with sockets
/// of its own, and a look-up from peer to shard in [`Driver::command`].
pub struct Driver {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    udp_address: SocketAddr,
    tcp_address: Option<SocketAddr>,
    fingerprint: String,
}

impl Driver {
    /// Binds the sockets and starts the media thread.
    ///
    /// # Errors
    /// Those of `bind(2)` with their errno (a port is occupied, an address is not ours), and of starting a thread.
    pub fn start(config: &DriverConfig) -> io::Result<Driver> {
        let interfaces = interface_addresses()?;
        let address = SocketAddr::new(config.host, config.udp_port);
        let udp = UdpPort::bind(address, &interfaces, config.segmentation)?;
        let tcp = config
            .tcp_port
            .map(|port| TcpPort::bind(SocketAddr::new(config.host, port), TCP_TOKEN))
            .transpose()?;
        let udp_address = udp.bound();
        let tcp_address = tcp.as_ref().map(TcpPort::bound);
        let certificate = Certificate::generate()
            .ok_or_else(|| io::Error::other("the DTLS certificate could not be made"))?;
        let fingerprint = certificate.fingerprint();
        let candidates = |bound| host_candidates(bound, &config.advertised, &interfaces);
        let sfu = Sfu::new(SfuConfig {
            udp_candidates: candidates(udp_address),
            tcp_candidates: tcp_address.map(candidates).unwrap_or_default(),
            certificate,
            profiles: config.profiles.clone(),
        });
        let shared = Arc::new(Shared {
            inbox: Inbox::new()?,
            outbox: Outbox::new()?,
            dropped: AtomicU64::new(0),
        });
        let shard = Shard::new(sfu, Ports { udp, tcp }, Arc::clone(&shared))?;
        Ok(Driver {
            thread: Mutex::new(Some(spawn(shard, Arc::clone(&shared))?)),
            shared,
            udp_address,
            tcp_address,
            fingerprint,
        })
    }

    /// Hands over a command; without effect once closed.
    pub fn command(&self, command: Command) {
        self.shared.inbox.push(command);
    }

    /// Every event since the last call, in order.
    ///
    /// # Errors
    /// Why the media thread ended without being asked: the engine is of no more use.
    pub fn take_events(&self) -> Result<Vec<Event>, String> {
        self.shared.outbox.take()
    }

    /// A descriptor that is readable while events wait; valid as long as the driver, closed or not.
    #[must_use]
    pub fn event_fd(&self) -> RawFd {
        self.shared.outbox.fd()
    }

    /// The bound UDP port.
    #[must_use]
    pub fn udp_port(&self) -> u16 {
        self.udp_address.port()
    }

    /// The bound TCP port.
    #[must_use]
    pub fn tcp_port(&self) -> Option<u16> {
        self.tcp_address.map(|address| address.port())
    }

    /// `sha-256 AB:CD:…` of the DTLS certificate.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Datagrams and frames that the sockets did not take since the start.
    #[must_use]
    pub fn socket_drops(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Lossy data messages dropped since the start because nobody took events.
    #[must_use]
    pub fn lossy_drops(&self) -> u64 {
        self.shared.outbox.lossy_dropped()
    }

    /// Ends the media thread, waits for it and frees the ports. Events that wait can still be taken.
    pub fn close(&self) {
        self.shared.inbox.stop();
        let thread = locked(&self.thread).take();
        if let Some(thread) = thread {
            // A panic in it was reported by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.close();
    }
}

/// Runs the shard on a thread of its own; an end that nobody asked for is reported through the outbox.
fn spawn(mut shard: Shard, shared: Arc<Shared>) -> io::Result<JoinHandle<()>> {
    let body = move || {
        let failure = match catch_unwind(AssertUnwindSafe(|| shard.run())) {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(panic) => format!("panic: {}", panic_text(panic.as_ref())),
        };
        // The sockets close before anybody learns of it.
        drop(shard);
        shared.outbox.fail(failure);
    };
    Builder::new().name("preau-media-0".to_owned()).spawn(body)
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown")
}
