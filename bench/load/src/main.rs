//! `sfu-load SERVER PUBLISHERS WARM_UP_S SECONDS < access tokens, one a line`
//!
//! Joins one participant per access token (identities `load-0`, `load-1`, …) in a room of a LiveKit-compatible server at
//! the address SERVER; the first PUBLISHERS publish microphone and 720p simulcast; everybody receives everybody at the
//! top layer. Prints JSON lines: `measuring`, `measured`, `result`.

mod clock;
mod link;
mod media;
mod participant;
mod report;
mod run;
mod signal;
mod sys;
mod tally;
mod wire;

use std::env;
use std::error::Error;
use std::io;
use std::time::Duration;

use run::{Load, Plan};

const USAGE: &str = "usage: sfu-load SERVER PUBLISHERS WARM_UP_S SECONDS < access tokens";

fn plan() -> Result<Plan, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [server, publishers, warm_up_s, seconds] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    Ok(Plan {
        server: server.parse()?,
        access_tokens: io::stdin().lines().collect::<Result<_, _>>()?,
        publishers: publishers.parse()?,
        warm_up: Duration::from_secs(warm_up_s.parse()?),
        measure: Duration::from_secs(seconds.parse()?),
        patience: Duration::from_secs(60),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let report = Load::new(plan()?)?.run()?;
    println!("{}", report.to_json());
    Ok(())
}
