//! How many connections strangers may hold: those of whom nobody knows yet that they are a client's.
//!
//! Whoever may join proves it within a moment, by a check with the right password. Until then a connection counts towards the
//! share of where it comes from, and most of the budget is kept for places that have not used theirs.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Strangers at once, from everywhere.
const MOST: usize = 1024;
/// From one place, as long as half of the budget is free, and afterwards.
const SHARE: usize = 128;
const SMALL_SHARE: usize = 8;

/// Where somebody comes from: an address, in IPv6 the /64 of which a home has that many.
fn place(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
    }
}

/// The strangers there are now.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    total: usize,
    by_place: HashMap<IpAddr, usize>,
}

impl Strangers {
    /// Counts one more; false, and not counted, if there is no room for it.
    pub(crate) fn admit(&mut self, ip: IpAddr) -> bool {
        let held = self.by_place.get(&place(ip)).copied().unwrap_or_default();
        let share = if self.total < MOST / 2 {
            SHARE
        } else {
            SMALL_SHARE
        };
        if self.total >= MOST || held >= share {
            return false;
        }
        self.add(ip);
        true
    }

    /// Counts one more, whether there is room or not: it is here already.
    pub(crate) fn add(&mut self, ip: IpAddr) {
        self.total += 1;
        *self.by_place.entry(place(ip)).or_default() += 1;
    }

    /// One went, or proved to be a client's.
    pub(crate) fn remove(&mut self, ip: IpAddr) {
        if let Some(held) = self.by_place.get_mut(&place(ip)) {
            self.total -= 1;
            *held -= 1;
            if *held == 0 {
                self.by_place.remove(&place(ip));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn one_place_takes_a_share_and_leaves_the_rest_to_others() {
        let mut strangers = Strangers::default();
        let taken = (0..5000).filter(|_| strangers.admit(v4(7))).count();
        assert_eq!(taken, SHARE);
        assert!(strangers.admit(v4(8)));
        strangers.remove(v4(7));
        assert!(strangers.admit(v4(7)) && !strangers.admit(v4(7)));
    }

    #[test]
    fn many_places_leave_half_to_those_that_hold_little() {
        let mut strangers = Strangers::default();
        let greedy = (0..4).flat_map(|place| std::iter::repeat_n(place, 1000));
        let taken = greedy.filter(|place| strangers.admit(v4(*place))).count();
        assert_eq!(taken, MOST / 2);
        let modest = (100..164).flat_map(|place| std::iter::repeat_n(place, 8));
        assert!(modest.into_iter().all(|place| strangers.admit(v4(place))));
        assert!(!strangers.admit(v4(999)), "the budget is used up");
    }

    #[test]
    fn a_home_in_ipv6_is_one_place() {
        let mut strangers = Strangers::default();
        let address = |low: u128| IpAddr::from(Ipv6Addr::from_bits((0x2001_0db8 << 96) + low));
        let taken = (0..5000).filter(|low| strangers.admit(address(*low)));
        assert_eq!(taken.count(), SHARE);
        assert!(strangers.admit(address(1 << 64)));
    }

    #[test]
    fn nothing_is_remembered_of_those_who_went() {
        let mut strangers = Strangers::default();
        (0..100).for_each(|place| assert!(strangers.admit(v4(place))));
        (0..100).for_each(|place| strangers.remove(v4(place)));
        strangers.remove(v4(5));
        assert_eq!((strangers.total, strangers.by_place.len()), (0, 0));
    }
}
