//! `reference-relay ADDRESS:PORT bursts|many|single`: the yardstick, until it is ended.

use std::env;
use std::error::Error;

use sfu_load::bursts::Way;
use sfu_load::relay::Relay;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, way] = arguments.as_slice() else {
        return Err("usage: reference-relay ADDRESS:PORT bursts|many|single".into());
    };
    let way = match way.as_str() {
        "bursts" => Way::Bursts,
        "many" => Way::Many,
        "single" => Way::Single,
        _ => return Err("the way is one of bursts, many, single".into()),
    };
    let mut relay = Relay::new(address.parse()?, way)?;
    loop {
        relay.turn(1000)?;
    }
}
