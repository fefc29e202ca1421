extension SysctlNames {
  /// Names below net.ipv6, in the format that `SysctlNames` describes.
  static let ipv6 = [
    Section(
      "net.ipv6",
      """
      anycast_src_echo_reply
      auto_flowlabels
      bindv6only
      calipso_cache_bucket_size ?NETLABEL
      calipso_cache_enable ?NETLABEL
      fib_multipath_hash_fields +5.14 ~5.13  # after 5.12.9
      fib_multipath_hash_policy
      fib_notify_on_flag_change +5.12
      flowlabel_consistency
      flowlabel_reflect
      flowlabel_state_ranges
      fwmark_reflect
      idgen_delay
      idgen_retries
      ioam6_id +5.15
      ioam6_id_wide +5.15
      ip6frag_high_thresh
      ip6frag_low_thresh
      ip6frag_secret_interval
      ip6frag_time
      ip_nonlocal_bind
      max_dst_opts_length
      max_dst_opts_number
      max_hbh_length
      max_hbh_opts_number
      mld_max_msf
      mld_qrv
      seg6_flowlabel
      xfrm6_gc_thresh ?XFRM
      """),
    Section(
      "net.ipv6.conf.*",
      """
      accept_dad
      accept_ra
      accept_ra_defrtr
      accept_ra_from_local
      accept_ra_min_hop_limit
      accept_ra_min_lft +6.6 ~5.10  # in 5.10.223 by a stable release
      accept_ra_mtu
      accept_ra_pinfo
      accept_ra_rt_info_max_plen ?IPV6_ROUTE_INFO
      accept_ra_rt_info_min_plen ?IPV6_ROUTE_INFO
      accept_ra_rtr_pref ?IPV6_ROUTER_PREF
      accept_redirects
      accept_source_route
      accept_untracked_na +5.19 ~5.18  # after 5.17-rc5
      addr_gen_mode
      autoconf
      dad_transmits
      disable_ipv6
      disable_policy
      drop_unicast_in_l2_multicast
      drop_unsolicited_na
      enhanced_dad
      force_forwarding +6.17 ~6.15  # after 6.14.0
      force_mld_version
      force_tllao
      forwarding
      hop_limit
      ignore_routes_with_linkdown
      ioam6_enabled +5.15
      ioam6_id +5.15
      ioam6_id_wide +5.15
      keep_addr_on_down
      max_addresses
      max_desync_factor
      mc_forwarding ?IPV6_MROUTE
      mldv1_unsolicited_report_interval
      mldv2_unsolicited_report_interval
      mtu
      ndisc_evict_nocarrier +5.16
      ndisc_notify
      ndisc_tclass
      optimistic_dad ?IPV6_OPTIMISTIC_DAD
      proxy_ndp
      ra_defrtr_metric +5.12
      ra_honor_pio_life +6.7
      ra_honor_pio_pflag +6.12
      regen_max_retry
      regen_min_advance +6.9
      router_probe_interval ?IPV6_ROUTER_PREF
      router_solicitation_delay
      router_solicitation_interval
      router_solicitation_max_interval
      router_solicitations
      rpl_seg_enabled +5.7
      seg6_enabled
      seg6_require_hmac ?IPV6_SEG6_HMAC
      stable_secret
      suppress_frag_ndisc
      temp_prefered_lft
      temp_valid_lft
      use_oif_addrs_only
      use_optimistic ?IPV6_OPTIMISTIC_DAD
      use_tempaddr
      """),
    Section(
      "net.ipv6.icmp",
      """
      echo_ignore_all +4.19
      echo_ignore_anycast +5.2
      echo_ignore_multicast +5.2
      error_anycast_as_unicast +6.4
      errors_extension_mask +6.19
      ratelimit
      ratemask +5.2
      """),
    Section(
      "net.ipv6.neigh.*",
      """
      anycast_delay
      app_solicit
      base_reachable_time
      base_reachable_time_ms
      delay_first_probe_time
      gc_interval
      gc_stale_time
      gc_thresh1
      gc_thresh2
      gc_thresh3
      interval_probe_time_ms +6.0
      locktime
      mcast_resolicit
      mcast_solicit
      proxy_delay
      proxy_qlen
      retrans_time
      retrans_time_ms
      ucast_solicit
      unres_qlen
      unres_qlen_bytes
      """),
    Section(
      "net.ipv6.route",
      """
      flush
      gc_elasticity
      gc_interval
      gc_min_interval
      gc_min_interval_ms
      gc_thresh
      gc_timeout
      max_size
      min_adv_mss
      mtu_expires
      skip_notify_on_dev_down +4.20
      """),
  ]
}
