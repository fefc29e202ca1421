extension SysctlNames {
  /// Names below net.netfilter, in the format that `SysctlNames` describes.
  static let netfilter = [
    Section(
      "net.netfilter",
      """
      nf_conntrack_acct
      nf_conntrack_buckets
      nf_conntrack_checksum
      nf_conntrack_count
      nf_conntrack_dccp_loose -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_dccp_timeout_closereq -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_dccp_timeout_closing -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_dccp_timeout_open -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_dccp_timeout_partopen -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_dccp_timeout_request -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_dccp_timeout_respond -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_dccp_timeout_timewait -6.17 ?NF_CT_PROTO_DCCP
      nf_conntrack_events ?NF_CONNTRACK_EVENTS
      nf_conntrack_expect_max
      nf_conntrack_frag6_high_thresh ?NF_DEFRAG_IPV6
      nf_conntrack_frag6_low_thresh ?NF_DEFRAG_IPV6
      nf_conntrack_frag6_timeout ?NF_DEFRAG_IPV6
      nf_conntrack_generic_timeout
      nf_conntrack_gre_timeout +5.0 ?NF_CT_PROTO_GRE
      nf_conntrack_gre_timeout_stream +5.0 ?NF_CT_PROTO_GRE
      nf_conntrack_helper -6.0
      nf_conntrack_icmp_timeout
      nf_conntrack_icmpv6_timeout
      nf_conntrack_log_invalid
      nf_conntrack_max
      nf_conntrack_sctp_timeout_closed ?NF_CT_PROTO_SCTP
      nf_conntrack_sctp_timeout_cookie_echoed ?NF_CT_PROTO_SCTP
      nf_conntrack_sctp_timeout_cookie_wait ?NF_CT_PROTO_SCTP
      nf_conntrack_sctp_timeout_established ?NF_CT_PROTO_SCTP
      nf_conntrack_sctp_timeout_heartbeat_acked -6.2  # gone from 5.10.223 and 6.1.192 by stable releases
      nf_conntrack_sctp_timeout_heartbeat_sent ?NF_CT_PROTO_SCTP
      nf_conntrack_sctp_timeout_shutdown_ack_sent ?NF_CT_PROTO_SCTP
      nf_conntrack_sctp_timeout_shutdown_recd ?NF_CT_PROTO_SCTP
      nf_conntrack_sctp_timeout_shutdown_sent ?NF_CT_PROTO_SCTP
      nf_conntrack_tcp_be_liberal
      nf_conntrack_tcp_ignore_invalid_rst +5.14 ~5.13  # after 5.12.9
      nf_conntrack_tcp_loose
      nf_conntrack_tcp_max_retrans
      nf_conntrack_tcp_timeout_close
      nf_conntrack_tcp_timeout_close_wait
      nf_conntrack_tcp_timeout_established
      nf_conntrack_tcp_timeout_fin_wait
      nf_conntrack_tcp_timeout_last_ack
      nf_conntrack_tcp_timeout_max_retrans
      nf_conntrack_tcp_timeout_syn_recv
      nf_conntrack_tcp_timeout_syn_sent
      nf_conntrack_tcp_timeout_time_wait
      nf_conntrack_tcp_timeout_unacknowledged
      nf_conntrack_timestamp ?NF_CONNTRACK_TIMESTAMP
      nf_conntrack_udp_timeout
      nf_conntrack_udp_timeout_stream
      nf_flowtable_tcp_timeout +5.14 ~5.13 ?NF_FLOW_TABLE  # after 5.12.9
      nf_flowtable_udp_timeout +5.14 ~5.13 ?NF_FLOW_TABLE  # after 5.12.9
      nf_hooks_lwtunnel +5.15 ?LWTUNNEL
      nf_log.*
      nf_log_all_netns
      """)
  ]
}
