//! Which addresses clients are told to reach us on.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The host candidates of a socket bound to `bound`: the advertised addresses if there are any, else the bound one,
/// else (bound to all) every address of the machine, loopback last.
pub(crate) fn host_candidates(
    bound: SocketAddr,
    advertised: &[IpAddr],
    interfaces: &[IpAddr],
) -> Vec<SocketAddr> {
    let addresses = if !advertised.is_empty() {
        advertised.to_vec()
    } else if !bound.ip().is_unspecified() {
        vec![bound.ip()]
    } else {
        let reachable = interfaces
            .iter()
            .copied()
            .filter(|ip| !ip.is_loopback() && !is_link_local(*ip))
            .filter(|ip| ip.is_ipv4() || bound.is_ipv6());
        reachable.chain([IpAddr::V4(Ipv4Addr::LOCALHOST)]).collect()
    };
    addresses
        .into_iter()
        .map(|ip| SocketAddr::new(ip, bound.port()))
        .collect()
}

/// Without its interface such an address means nothing to a client.
fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        let parse = |text: &&str| text.parse().expect("an address");
        texts.iter().map(parse).collect()
    }

    fn candidates(bound: &str, advertised: &[&str]) -> Vec<String> {
        let machine = ips(&[
            "127.0.0.1",
            "::1",
            "10.0.0.5",
            "169.254.1.1",
            "2001:db8::5",
            "fe80::1",
        ]);
        let bound = bound.parse().expect("an address");
        host_candidates(bound, &ips(advertised), &machine)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn one_bound_address_is_the_only_candidate() {
        assert_eq!(candidates("127.0.0.1:7882", &[]), ["127.0.0.1:7882"]);
    }

    #[test]
    fn a_wildcard_stands_for_the_machine_and_ends_with_loopback() {
        assert_eq!(
            candidates("0.0.0.0:7882", &[]),
            ["10.0.0.5:7882", "127.0.0.1:7882"]
        );
        assert_eq!(
            candidates("[::]:7882", &[]),
            ["10.0.0.5:7882", "[2001:db8::5]:7882", "127.0.0.1:7882"]
        );
    }

    #[test]
    fn advertised_addresses_replace_all_others() {
        for bound in ["0.0.0.0:1", "127.0.0.1:1"] {
            assert_eq!(candidates(bound, &["203.0.113.4"]), ["203.0.113.4:1"]);
        }
    }
}
