extension SysctlNames {
  /// Names below net.core, net.ipv4 and net.unix, in the format that `SysctlNames` describes.
  static let ipv4 = [
    Section(
      "net.core",
      """
      bpf_jit_enable ?BPF_JIT
      bpf_jit_harden ?HAVE_EBPF_JIT
      bpf_jit_kallsyms ?HAVE_EBPF_JIT
      bpf_jit_limit +4.20 ~4.18 ?BPF_JIT  # in 4.19.95 by a stable release
      busy_poll ?NET_RX_BUSY_POLL
      busy_read ?NET_RX_BUSY_POLL
      bypass_prot_mem +6.19
      default_qdisc ?NET_SCHED
      dev_weight
      dev_weight_rx_bias
      dev_weight_tx_bias
      devconf_inherit_init_net +5.1
      fb_tunnels_only_for_init_net
      flow_limit_cpu_bitmap ?NET_FLOW_LIMIT
      flow_limit_table_len ?NET_FLOW_LIMIT
      gro_normal_batch +5.4
      high_order_alloc_disable +5.2
      hot_list_length -?
      lo_cong -?
      max_skb_frags
      mem_pcpu_rsv +6.9 ~6.1  # in 6.1.192 by a stable release
      message_burst
      message_cost
      mod_cong -?
      netdev_budget
      netdev_budget_usecs
      netdev_max_backlog
      netdev_rss_key
      netdev_tstamp_prequeue
      netdev_unregister_timeout_secs +5.13  # after 5.12.9, in 5.14.2
      no_cong -?
      no_cong_thresh -?
      optmem_max
      qdisc_max_burst +6.19
      rmem_default
      rmem_max
      rps_default_mask +6.3 ?RPS
      rps_sock_flow_entries ?RPS
      skb_defer_max +5.19 ~5.18  # after 5.17-rc5
      somaxconn
      tstamp_allow_data
      txq_reselection_ms +6.19
      txrehash +5.18  # after 5.17-rc5, in 5.19.0
      warnings
      wmem_default
      wmem_max
      xfrm_acq_expires ?XFRM
      xfrm_aevent_etime ?XFRM
      xfrm_aevent_rseqth ?XFRM
      xfrm_larval_drop ?XFRM
      """),
    Section(
      "net.ipv4",
      """
      cipso_cache_bucket_size ?NETLABEL
      cipso_cache_enable ?NETLABEL
      cipso_rbm_optfmt ?NETLABEL
      cipso_rbm_strictvalid ?NETLABEL
      fib_multipath_hash_fields +5.14 ~5.13 ?IP_ROUTE_MULTIPATH  # after 5.12.9; commit ce5c9c20d364
      fib_multipath_hash_policy ?IP_ROUTE_MULTIPATH
      fib_multipath_hash_seed +6.11 ?IP_ROUTE_MULTIPATH
      fib_multipath_use_neigh ?IP_ROUTE_MULTIPATH
      fib_notify_on_flag_change +5.12
      fib_sync_mem +5.2
      fwmark_reflect
      icmp_echo_enable_probe +5.13  # after 5.12.9, in 5.14.2
      icmp_echo_ignore_all
      icmp_echo_ignore_broadcasts
      icmp_errors_extension_mask +6.19
      icmp_errors_use_inbound_ifaddr
      icmp_ignore_bogus_error_responses
      icmp_msgs_burst
      icmp_msgs_per_sec
      icmp_ratelimit
      icmp_ratemask
      igmp_link_local_mcast_reports
      igmp_max_memberships
      igmp_max_msf
      igmp_qrv ?IP_MULTICAST
      inet_peer_gc_maxtime -?
      inet_peer_gc_mintime -?
      inet_peer_maxttl
      inet_peer_minttl
      inet_peer_threshold
      ip_autobind_reuse +5.7
      ip_conntrack_max -?
      ip_default_ttl
      ip_dynaddr
      ip_early_demux
      ip_forward
      ip_forward_update_priority +4.19
      ip_forward_use_pmtu
      ip_local_port_range
      ip_local_port_step_width +7.1
      ip_local_reserved_ports
      ip_no_pmtu_disc
      ip_nonlocal_bind
      ip_unprivileged_port_start
      ipfrag_high_thresh
      ipfrag_low_thresh
      ipfrag_max_dist
      ipfrag_secret_interval
      ipfrag_time
      nexthop_compat_mode +5.8
      ping_group_range
      raw_l3mdev_accept +5.0 ?NET_L3_MASTER_DEV
      rt_cache_rebuild_count -?
      tcp_abc -?
      tcp_abort_on_overflow
      tcp_adv_win_scale
      tcp_allowed_congestion_control
      tcp_app_win
      tcp_autocorking
      tcp_available_congestion_control
      tcp_available_ulp
      tcp_backlog_ack_defer +6.7
      tcp_base_mss
      tcp_bic -?
      tcp_bic_beta -?
      tcp_bic_fast_convergence -?
      tcp_bic_low_window -?
      tcp_challenge_ack_limit
      tcp_child_ehash_entries +6.1
      tcp_comp_sack_delay_ns
      tcp_comp_sack_nr
      tcp_comp_sack_rtt_percent +6.19
      tcp_comp_sack_slack_ns +5.8
      tcp_congestion_control
      tcp_cookie_size -?
      tcp_default_win_scale -?
      tcp_dma_copybreak -?
      tcp_dsack
      tcp_early_demux
      tcp_early_retrans
      tcp_ecn
      tcp_ecn_fallback
      tcp_ecn_option +6.18
      tcp_ecn_option_beacon +6.18
      tcp_ehash_entries +6.1
      tcp_fack
      tcp_fastopen
      tcp_fastopen_blackhole_timeout_sec
      tcp_fastopen_key
      tcp_fin_timeout
      tcp_frto
      tcp_frto_response -?
      tcp_fwmark_accept
      tcp_invalid_ratelimit
      tcp_keepalive_intvl
      tcp_keepalive_probes
      tcp_keepalive_time
      tcp_l3mdev_accept ?NET_L3_MASTER_DEV
      tcp_limit_output_bytes
      tcp_low_latency
      tcp_max_orphans
      tcp_max_reordering
      tcp_max_ssthresh -?
      tcp_max_syn_backlog
      tcp_max_tw_buckets
      tcp_mem
      tcp_migrate_req +5.14 ~5.10  # after 5.12.9; in 5.10.223 by a stable release
      tcp_min_rtt_wlen
      tcp_min_snd_mss +5.2 ~4.18  # in 4.19.95 by a stable release
      tcp_min_tso_segs
      tcp_moderate_rcvbuf
      tcp_mtu_probe_floor +5.4
      tcp_mtu_probing
      tcp_no_metrics_save
      tcp_no_ssthresh_metrics_save +5.6 ~5.5  # after 5.4.59
      tcp_notsent_lowat
      tcp_orphan_retries
      tcp_pacing_ca_ratio
      tcp_pacing_ss_ratio
      tcp_pingpong_thresh +6.7
      tcp_plb_cong_thresh +6.2
      tcp_plb_enabled +6.2
      tcp_plb_idle_rehash_rounds +6.2
      tcp_plb_rehash_rounds +6.2
      tcp_plb_suspend_rto_sec +6.2
      tcp_probe_interval
      tcp_probe_threshold
      tcp_rcvbuf_low_rtt +6.19
      tcp_recovery
      tcp_reflect_tos +5.10
      tcp_reordering
      tcp_retrans_collapse
      tcp_retries1
      tcp_retries2
      tcp_rfc1337
      tcp_rmem
      tcp_rto_max_ms +6.15  # after 6.14.0, in 6.17-rc1
      tcp_rto_min_us +6.11
      tcp_rx_skb_cache +5.2 -5.16
      tcp_sack
      tcp_shrink_window +6.5 ~6.1  # in 6.1.192 by a stable release
      tcp_slow_start_after_idle
      tcp_stdurg
      tcp_syn_linear_timeouts +6.5
      tcp_syn_retries
      tcp_synack_retries
      tcp_syncookies ?SYN_COOKIES
      tcp_thin_dupack -?  # in 4.10.0, not in 4.12.0
      tcp_thin_linear_timeouts
      tcp_timestamps
      tcp_tso_rtt_log +5.18  # ip-sysctl.rst says 5.18
      tcp_tso_win_divisor
      tcp_tw_recycle -4.12  # commit 4396e46187ca
      tcp_tw_reuse
      tcp_tw_reuse_delay +6.14
      tcp_tx_skb_cache +5.2 -5.16
      tcp_vegas_alpha -?
      tcp_vegas_beta -?
      tcp_vegas_cong_avoid -?
      tcp_vegas_gamma -?
      tcp_westwood -?
      tcp_window_scaling
      tcp_wmem
      tcp_workaround_signed_windows
      udp_child_hash_entries +6.2
      udp_early_demux
      udp_hash_entries +6.2
      udp_l3mdev_accept ?NET_L3_MASTER_DEV
      udp_mem
      udp_rmem_min
      udp_wmem_min
      xfrm4_gc_thresh ?XFRM
      """),
    Section(
      "net.ipv4.conf.*",
      """
      accept_local
      accept_redirects
      accept_source_route
      arp_accept
      arp_announce
      arp_evict_nocarrier +5.16
      arp_filter
      arp_ignore
      arp_notify
      bc_forwarding +4.19
      bootp_relay
      disable_policy
      disable_xfrm
      drop_gratuitous_arp
      drop_unicast_in_l2_multicast
      force_igmp_version
      forwarding
      igmpv2_unsolicited_report_interval
      igmpv3_unsolicited_report_interval
      ignore_routes_with_linkdown
      log_martians
      mc_forwarding
      medium_id
      promote_secondaries
      proxy_arp
      proxy_arp_pvlan
      route_localnet
      rp_filter
      secure_redirects
      send_redirects
      shared_media
      src_valid_mark
      tag
      """),
    Section(
      "net.ipv4.neigh.*",
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
      "net.ipv4.route",
      """
      error_burst
      error_cost
      flush
      gc_elasticity
      gc_interval
      gc_min_interval
      gc_min_interval_ms
      gc_thresh
      gc_timeout
      max_delay -?
      max_size
      min_adv_mss
      min_delay -?
      min_pmtu
      mtu_expires
      redirect_load
      redirect_number
      redirect_silence
      secret_interval -?
      """),
    Section(
      "net.unix",
      """
      max_dgram_qlen
      """),
    Section(
      "net.ipv4.netfilter",
      """
      ip_conntrack_buckets -?
      ip_conntrack_checksum -?
      ip_conntrack_count -?
      ip_conntrack_generic_timeout -?
      ip_conntrack_icmp_timeout -?
      ip_conntrack_log_invalid -?
      ip_conntrack_max -?
      ip_conntrack_tcp_be_liberal -?
      ip_conntrack_tcp_loose -?
      ip_conntrack_tcp_max_retrans -?
      ip_conntrack_tcp_timeout_close -?
      ip_conntrack_tcp_timeout_close_wait -?
      ip_conntrack_tcp_timeout_established -?
      ip_conntrack_tcp_timeout_fin_wait -?
      ip_conntrack_tcp_timeout_last_ack -?
      ip_conntrack_tcp_timeout_max_retrans -?
      ip_conntrack_tcp_timeout_syn_recv -?
      ip_conntrack_tcp_timeout_syn_sent -?
      ip_conntrack_tcp_timeout_time_wait -?
      ip_conntrack_udp_timeout -?
      ip_conntrack_udp_timeout_stream -?
      """),
  ]
}
