//! `sfu-load < plan.json`: joins everybody, warms up, measures.
//!
//! Prints JSON lines: `ready`, `measuring`, `measured`, `result`. The plan is described in `plan.rs`.

use std::error::Error;
use std::io;

use sfu_load::plan::Plan;
use sfu_load::run::Load;

fn main() -> Result<(), Box<dyn Error>> {
    let plan = Plan::from_json(&io::read_to_string(io::stdin())?)?;
    let report = Load::new(plan)?.run()?;
    println!("{}", report.to_json());
    Ok(())
}
