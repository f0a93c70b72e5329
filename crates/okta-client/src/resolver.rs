//! The addresses that a host name may lead to: public ones. The name of an org is a setting of a connection,
//! and DNS belongs to whoever owns the name, so neither may lead a request into the network of the function.

use crate::org::{Loopback, OUTSIDE_OF_CONTAINER};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A name leads to no address that may be connected to. It does not tell which ones there are.
#[derive(Debug, thiserror::Error)]
#[error("the host name does not lead to a public address")]
pub(crate) struct NotPublic;

/// Looks names up in the way of the system, and keeps the addresses that may be connected to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PublicResolver {
    pub(crate) loopback: Loopback,
}

impl PublicResolver {
    /// Returns true if a connection may be made to `address`, which `host` leads to or is.
    pub(crate) fn admits(self, host: &str, address: IpAddr) -> bool {
        let is_sandbox = self.loopback == Loopback::Allowed
            && (address.is_loopback() || host == OUTSIDE_OF_CONTAINER);
        is_sandbox || is_public(address)
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = *self;
        Box::pin(async move {
            let host = name.as_str();
            let found = tokio::net::lookup_host((host, 0)).await?;
            let admitted: Vec<SocketAddr> =
                found.filter(|address| resolver.admits(host, address.ip())).collect();
            if admitted.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

/// Networks that are not public, by IANA's registries of special-purpose addresses, and multicast.
#[rustfmt::skip]
const PRIVATE_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),         // this network, unspecified
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),     // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),    // link-local, metadata of instances and containers
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),      // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),    // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),     // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),   // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),    // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),       // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),       // reserved, broadcast
];

/// The network that all public addresses are in.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Networks in it that are not public, or that stand for others.
#[rustfmt::skip]
const PRIVATE_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),       // protocols, Teredo
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),   // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),       // 6to4
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),       // documentation
];

/// The network in which NAT64 gives IPv4 addresses to those who have IPv6 only, as AWS does.
const NAT64: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !PRIVATE_V4.iter().any(|&network| holds_v4(network, address)),
        IpAddr::V6(address) if holds_v6(NAT64, address) => {
            let [.., a, b, c, d] = address.octets();
            is_public(Ipv4Addr::new(a, b, c, d).into())
        }
        IpAddr::V6(address) => {
            holds_v6(GLOBAL_V6, address)
                && !PRIVATE_V6.iter().any(|&network| holds_v6(network, address))
        }
    }
}

fn holds_v4((network, bits): (Ipv4Addr, u32), address: Ipv4Addr) -> bool {
    (network.to_bits() ^ address.to_bits()) >> (32 - bits) == 0
}

fn holds_v6((network, bits): (Ipv6Addr, u32), address: Ipv6Addr) -> bool {
    (network.to_bits() ^ address.to_bits()) >> (128 - bits) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        let rows = [
            ("18.245.1.1", true),
            ("1.1.1.1", true),
            ("172.32.0.1", true),
            ("100.128.0.1", true),
            ("198.20.0.1", true),
            ("2600:9000:2000::1", true),
            ("2001:4860:4860::8888", true),
            ("64:ff9b::18.245.1.1", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.0.1", false),
            ("169.254.169.254", false),
            ("169.254.170.2", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.192", false),
            ("192.168.1.1", false),
            ("198.19.0.1", false),
            ("224.0.0.1", false),
            ("239.1.1.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:18.245.1.1", false),
            ("::127.0.0.1", false),
            ("64:ff9b::10.0.0.1", false),
            ("64:ff9b::169.254.169.254", false),
            ("64:ff9b:1::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::", false),
            ("3fff::1", false),
        ];
        for (address, expected) in rows {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn where_loopback_is_allowed_the_sandbox_is_reached() {
        let rows = [
            // host, address, where loopback is allowed, elsewhere
            ("acme.okta.com", "18.245.1.1", true, true),
            ("acme.okta.com", "127.0.0.1", true, false),
            ("127.0.0.1", "127.0.0.1", true, false),
            ("acme.okta.com", "10.0.0.1", false, false),
            ("acme.okta.com", "169.254.169.254", false, false),
            ("host.docker.internal", "192.168.65.254", true, false),
            ("host.docker.internal", "172.17.0.1", true, false),
            ("x.host.docker.internal", "172.17.0.1", false, false),
        ];
        for (host, address, allowed, refused) in rows {
            let address = address.parse().unwrap();
            let admits = |loopback| PublicResolver { loopback }.admits(host, address);
            assert_eq!(admits(Loopback::Allowed), allowed, "{host} {address}");
            assert_eq!(admits(Loopback::Refused), refused, "{host} {address}");
        }
    }
}
