extension SysctlNames {
  /// Whether a key below `net` is in the first network namespace alone, so that a container lacks it.
  ///
  /// The names that Linux 6.18 shows there and in no new namespace, of those outside the catalogue. The
  /// `default` of neighbours is registered once, for the first namespace (arp_init in net/ipv4/arp.c,
  /// ndisc_init in net/ipv6/ndisc.c); the caches of routes and peers are the host's.
  static func isOfInitialNamespace(_ key: String) -> Bool {
    for (prefix, names) in ofInitialNamespace where key.hasPrefix(prefix) {
      guard let names else { return true }
      return names.contains(String(key.dropFirst(prefix.count)))
    }
    return false
  }

  /// By what they begin with; all names where there are none.
  private static let ofInitialNamespace: [(prefix: String, names: Set<String>?)] = [
    ("net.ipv4.neigh.default.", nil), ("net.ipv6.neigh.default.", nil),
    (
      "net.ipv4.route.",
      [
        "error_burst", "error_cost", "gc_elasticity", "gc_interval", "gc_min_interval",
        "gc_min_interval_ms", "gc_thresh", "gc_timeout", "max_size", "redirect_load",
        "redirect_number", "redirect_silence",
      ]
    ),
    (
      "net.ipv4.",
      [
        "fib_sync_mem", "inet_peer_maxttl", "inet_peer_minttl", "inet_peer_threshold",
        "ipfrag_secret_interval",
      ]
    ),
    (
      "net.core.",
      [
        "bpf_jit_enable", "bpf_jit_harden", "bpf_jit_kallsyms", "bpf_jit_limit",
        "busy_poll", "busy_read", "default_qdisc", "dev_weight", "dev_weight_rx_bias",
        "dev_weight_tx_bias", "devconf_inherit_init_net", "fb_tunnels_only_for_init_net",
        "flow_limit_cpu_bitmap", "flow_limit_table_len", "gro_normal_batch",
        "high_order_alloc_disable", "max_skb_frags", "mem_pcpu_rsv", "message_burst",
        "message_cost", "netdev_budget", "netdev_budget_usecs", "netdev_max_backlog",
        "netdev_rss_key", "netdev_tstamp_prequeue", "netdev_unregister_timeout_secs",
        "rps_sock_flow_entries", "skb_defer_max", "warnings",
      ]
    ),
  ]
}
