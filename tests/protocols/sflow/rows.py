"""The structures of sFlow version 5, transcribed from §4 and §6 of the layout document: one row for each.

A row is "enterprise:format name size: field type, field type, …" in wire order; "12+" is at least 12 octets.  A line
that begins with blanks goes on with the row above it.  Types are those of §1; ``NESTED`` holds the four that are
records.  The two rows that the document marks as deprecated have names of their own here: ``http_request_deprecated``
(its name comes again at 0:2206) and ``memcached_counters``.
"""

FLOW_ROWS = """
0:1 sampled_header 16+: header_protocol u32, frame_length u32, stripped u32, header opq
0:2 sampled_ethernet 24: length u32, src_mac mac, dst_mac mac, type u32
0:3 sampled_ipv4 32: length u32, protocol u32, src_ip ip4, dst_ip ip4, src_port u32, dst_port u32, tcp_flags u32,
    tos u32
0:4 sampled_ipv6 56: length u32, protocol u32, src_ip ip6, dst_ip ip6, src_port u32, dst_port u32, tcp_flags u32,
    priority u32
0:1001 extended_switch 16: src_vlan u32, src_priority u32, dst_vlan u32, dst_priority u32
0:1002 extended_router 12+: nexthop addr, src_mask_len u32, dst_mask_len u32
0:1003 extended_gateway 28+: nexthop addr, as u32, src_as u32, src_peer_as u32, dst_as_path segment[],
    communities u32[], localpref u32
0:1004 extended_user 16+: src_charset u32, src_user opq, dst_charset u32, dst_user opq
0:1005 extended_url 12+: direction u32, url str, host str
0:1006 extended_mpls 12+: nexthop addr, in_stack u32[], out_stack u32[]
0:1007 extended_nat 8+: src_address addr, dst_address addr
0:1008 extended_mpls_tunnel 12+: tunnel_lsp_name str, tunnel_id u32, tunnel_cos u32
0:1009 extended_mpls_vc 12+: vc_instance_name str, vll_vc_id u32, vc_label_cos u32
0:1010 extended_mpls_ftn 8+: mpls_ftn_descr str, mpls_ftn_mask u32
0:1011 extended_mpls_ldp_fec 4: mpls_fec_addr_prefix_length u32
0:1012 extended_vlantunnel 4+: stack u32[]
0:1013 extended_80211_payload 8+: cipher_suite u32, data opq
0:1014 extended_80211_rx 40+: ssid str, bssid mac, version u32, channel u32, speed u64, rsni u32, rcpi u32,
    packet_duration u32
0:1015 extended_80211_tx 44+: ssid str, bssid mac, version u32, transmissions u32, packet_duration u32,
    retrans_duration u32, channel u32, speed u64, power u32
0:1016 extended_80211_aggregation 4+: pdus pdu[]
0:1017 extended_openflow_v1 16: flow_cookie u64, flow_match u32, flow_actions u32
0:1018 extended_fc 16: src_mask_len u32, dst_mask_len u32, next_hop u32, metric u32
0:1019 extended_queue_length 8: queue_index u32, queue_length u32
0:1020 extended_nat_port 8: src_port u32, dst_port u32
0:1021 extended_l2_tunnel_egress 24: length u32, src_mac mac, dst_mac mac, type u32
0:1022 extended_l2_tunnel_ingress 24: length u32, src_mac mac, dst_mac mac, type u32
0:1023 extended_ipv4_tunnel_egress 32: length u32, protocol u32, src_ip ip4, dst_ip ip4, src_port u32, dst_port u32,
    tcp_flags u32, tos u32
0:1024 extended_ipv4_tunnel_ingress 32: length u32, protocol u32, src_ip ip4, dst_ip ip4, src_port u32, dst_port u32,
    tcp_flags u32, tos u32
0:1025 extended_ipv6_tunnel_egress 56: length u32, protocol u32, src_ip ip6, dst_ip ip6, src_port u32, dst_port u32,
    tcp_flags u32, priority u32
0:1026 extended_ipv6_tunnel_ingress 56: length u32, protocol u32, src_ip ip6, dst_ip ip6, src_port u32, dst_port u32,
    tcp_flags u32, priority u32
0:1027 extended_decapsulate_egress 4: inner_header_offset u32
0:1028 extended_decapsulate_ingress 4: inner_header_offset u32
0:1029 extended_vni_egress 4: vni u32
0:1030 extended_vni_ingress 4: vni u32
0:1031 extended_ib_lrh 40: src_vl u32, src_sl u32, src_dlid u32, src_slid u32, src_lnh u32, dst_vl u32, dst_sl u32,
    dst_dlid u32, dst_slid u32, dst_lnh u32
0:1032 extended_ib_grh 48: flow_label u32, tc u32, s_gid b16, d_gid b16, next_header u32, length u32
0:1033 extended_ib_bth 12: pkey u32, dst_qp u32, opcode u32
0:1034 extended_vlanin 4+: stack u32[]
0:1035 extended_vlanout 4+: stack u32[]
0:1036 extended_egress_queue 4: queue u32
0:1037 extended_acl 12+: number u32, name str, direction u32
0:1038 extended_function 4+: symbol str
0:1039 extended_transit 4: delay u32
0:1040 extended_queue 4: depth u32
0:1041 extended_hw_trap 8+: group str, trap str
0:1042 extended_linux_drop_reason 4+: reason str
0:1043 extended_timestamp 8: timestamp_ns u64
0:2000 transaction 32: direction u32, wait u32, duration u32, status u32, bytes_received u64, bytes_sent u64
0:2001 extended_nfs_storage_transaction 12+: path opq, operation u32, status u32
0:2002 extended_scsi_storage_transaction 12: lun u32, operation u32, status u32
0:2003 extended_http_transaction 24+: url str, host str, referer str, useragent str, user str, status u32
0:2100 extended_socket_ipv4 20: protocol u32, local_ip ip4, remote_ip ip4, local_port u32, remote_port u32
0:2101 extended_socket_ipv6 44: protocol u32, local_ip ip6, remote_ip ip6, local_port u32, remote_port u32
0:2102 extended_proxy_socket_ipv4 20: protocol u32, local_ip ip4, remote_ip ip4, local_port u32, remote_port u32
0:2103 extended_proxy_socket_ipv6 44: protocol u32, local_ip ip6, remote_ip ip6, local_port u32, remote_port u32
0:2200 memcache_operation 28+: protocol u32, cmd u32, key str, nkeys u32, value_bytes u32, duration_us u32, status u32
0:2201 http_request_deprecated 48+: method u32, protocol u32, uri str, host str, referrer str, useragent str,
    authuser str, mime_type str, bytes u64, duration_us u32, status u32
0:2202 app_operation 40+: application str, operation str, attributes str, status_descr str, req_bytes u64,
    resp_bytes u64, duration_us u32, status u32
0:2203 app_parent_context 12+: application str, operation str, attributes str
0:2204 app_initiator 4+: actor str
0:2205 app_target 4+: actor str
0:2206 http_request 60+: method u32, protocol u32, uri str, host str, referer str, useragent str, xff str,
    authuser str, mime_type str, req_bytes u64, resp_bytes u64, duration_us u32, status i32
0:2207 extended_proxy_request 8+: uri str, host str
0:2208 extended_nav_timing 92: type u32, redirect_count u32, navigation_start u32, unload_event_start u32,
    unload_event_end u32, redirect_start u32, redirect_end u32, fetch_start u32, domain_lookup_start u32,
    domain_lookup_end u32, connect_start u32, connect_end u32, secure_connection_start u32, request_start u32,
    response_start u32, response_end u32, dom_loading u32, dom_interactive u32, dom_content_loaded_event_start u32,
    dom_content_loaded_event_end u32, dom_complete u32, load_event_start u32, load_event_end u32
0:2209 extended_tcp_info 48: direction u32, snd_mss u32, rcv_mss u32, unacked u32, lost u32, retrans u32, pmtu u32,
    rtt u32, rttvar u32, snd_cwnd u32, reordering u32, min_rtt u32
0:2210 extended_entities 16: src_ds_class u32, src_ds_index u32, dst_ds_class u32, dst_ds_index u32
4413:1 bst_egress_queue 4: queue u32
"""

COUNTER_ROWS = """
0:1 if_counters 88: if_index u32, if_type u32, if_speed u64, if_direction u32, if_status u32, if_in_octets u64,
    if_in_ucast_pkts u32, if_in_multicast_pkts u32, if_in_broadcast_pkts u32, if_in_discards u32, if_in_errors u32,
    if_in_unknown_protos u32, if_out_octets u64, if_out_ucast_pkts u32, if_out_multicast_pkts u32,
    if_out_broadcast_pkts u32, if_out_discards u32, if_out_errors u32, if_promiscuous_mode u32
0:2 ethernet_counters 52: alignment_errors u32, fcs_errors u32, single_collision_frames u32,
    multiple_collision_frames u32, sqe_test_errors u32, deferred_transmissions u32, late_collisions u32,
    excessive_collisions u32, internal_mac_transmit_errors u32, carrier_sense_errors u32, frame_too_longs u32,
    internal_mac_receive_errors u32, symbol_errors u32
0:3 tokenring_counters 72: line_errors u32, burst_errors u32, ac_errors u32, abort_trans_errors u32,
    internal_errors u32, lost_frame_errors u32, receive_congestions u32, frame_copied_errors u32, token_errors u32,
    soft_errors u32, hard_errors u32, signal_loss u32, transmit_beacons u32, recoverys u32, lobe_wires u32,
    removes u32, singles u32, freq_errors u32
0:4 vg_counters 80: in_high_priority_frames u32, in_high_priority_octets u64, in_norm_priority_frames u32,
    in_norm_priority_octets u64, in_ipm_errors u32, in_oversize_frame_errors u32, in_data_errors u32,
    in_null_addressed_frames u32, out_high_priority_frames u32, out_high_priority_octets u64,
    transition_into_trainings u32, hc_in_high_priority_octets u64, hc_in_norm_priority_octets u64,
    hc_out_high_priority_octets u64
0:5 vlan_counters 28: vlan_id u32, octets u64, ucast_pkts u32, multicast_pkts u32, broadcast_pkts u32, discards u32
0:6 ieee80211_counters 80: transmitted_fragment_count u32, multicast_transmitted_frame_count u32, failed_count u32,
    retry_count u32, multiple_retry_count u32, frame_duplicate_count u32, rts_success_count u32,
    rts_failure_count u32, ack_failure_count u32, received_fragment_count u32, multicast_received_frame_count u32,
    fcs_error_count u32, transmitted_frame_count u32, wep_undecryptable_count u32, qos_discarded_fragment_count u32,
    associated_station_count u32, qos_cf_polls_received_count u32, qos_cf_polls_unused_count u32,
    qos_cf_polls_unusable_count u32, qos_cf_polls_lost_count u32
0:7 lag_port_stats 56: actor_system_id mac, partner_oper_system_id mac, attached_agg_id u32, port_state b4,
    lacpdus_rx u32, marker_pdus_rx u32, marker_response_pdus_rx u32, unknown_rx u32, illegal_rx u32, lacpdus_tx u32,
    marker_pdus_tx u32, marker_response_pdus_tx u32
0:8 slow_path_counts 24: unknown u32, other u32, cam_miss u32, cam_full u32, no_hw_support u32, cntrl u32
0:9 ib_counters 64: port_xmit_pkts u64, port_rcv_pkts u64, symbol_error_counter u32, link_error_recovery_counter u32,
    link_downed_counter u32, port_rcv_errors u32, port_rcv_remote_physical_errors u32,
    port_rcv_switch_relay_errors u32, port_xmit_discards u32, port_xmit_constraint_errors u32,
    port_rcv_constraint_errors u32, local_link_integrity_errors u32, excessive_buffer_overrun_errors u32,
    vl15_dropped u32
0:10 sfp 20+: module_id u32, module_num_lanes u32, module_supply_voltage u32, module_temperature i32, lanes lane[]
0:11 pfc 20: requests u32, indications u32, pause_duration u32, storm_detected u32, storm_restored u32
0:1001 processor 28: cpu_5s i32, cpu_1m i32, cpu_5m i32, total_memory u64, free_memory u64
0:1002 radio_utilization 12: elapsed_time u32, on_channel_time u32, on_channel_busy_time u32
0:1003 queue_length 52: queue_index u32, segment_size u32, queue_segments u32, queue_length_0 u32, queue_length_1 u32,
    queue_length_2 u32, queue_length_4 u32, queue_length_8 u32, queue_length_32 u32, queue_length_128 u32,
    queue_length_1024 u32, queue_length_more u32, dropped u32
0:1004 of_port 12: datapath_id u64, port_no u32
0:1005 port_name 4+: name str
0:2000 host_descr 32+: hostname str, uuid b16, machine_type u32, os_name u32, os_release str
0:2001 host_adapters 4+: adapters adapter[]
0:2002 host_parent 8: container_type u32, container_index u32
0:2003 host_cpu 68: load_one f32, load_five f32, load_fifteen f32, proc_run u32, proc_total u32, cpu_num u32,
    cpu_speed u32, uptime u32, cpu_user u32, cpu_nice u32, cpu_system u32, cpu_idle u32, cpu_wio u32, cpu_intr u32,
    cpu_sintr u32, interrupts u32, contexts u32
0:2004 host_memory 72: mem_total u64, mem_free u64, mem_shared u64, mem_buffers u64, mem_cached u64, swap_total u64,
    swap_free u64, page_in u32, page_out u32, swap_in u32, swap_out u32
0:2005 host_disk_io 52: disk_total u64, disk_free u64, part_max_used i32, reads u32, bytes_read u64, read_time u32,
    writes u32, bytes_written u64, write_time u32
0:2006 host_net_io 40: bytes_in u64, pkts_in u32, errs_in u32, drops_in u32, bytes_out u64, pkts_out u32,
    errs_out u32, drops_out u32
0:2007 mib2_ip_group 76: ip_forwarding u32, ip_default_ttl u32, ip_in_receives u32, ip_in_hdr_errors u32,
    ip_in_addr_errors u32, ip_forw_datagrams u32, ip_in_unknown_protos u32, ip_in_discards u32, ip_in_delivers u32,
    ip_out_requests u32, ip_out_discards u32, ip_out_no_routes u32, ip_reasm_timeout u32, ip_reasm_reqds u32,
    ip_reasm_oks u32, ip_reasm_fails u32, ip_frag_oks u32, ip_frag_fails u32, ip_frag_creates u32
0:2008 mib2_icmp_group 100: icmp_in_msgs u32, icmp_in_errors u32, icmp_in_dest_unreachs u32, icmp_in_time_excds u32,
    icmp_in_param_probs u32, icmp_in_src_quenchs u32, icmp_in_redirects u32, icmp_in_echos u32, icmp_in_echo_reps u32,
    icmp_in_timestamps u32, icmp_in_addr_masks u32, icmp_in_addr_mask_reps u32, icmp_out_msgs u32,
    icmp_out_errors u32, icmp_out_dest_unreachs u32, icmp_out_time_excds u32, icmp_out_param_probs u32,
    icmp_out_src_quenchs u32, icmp_out_redirects u32, icmp_out_echos u32, icmp_out_echo_reps u32,
    icmp_out_timestamps u32, icmp_out_timestamp_reps u32, icmp_out_addr_masks u32, icmp_out_addr_mask_reps u32
0:2009 mib2_tcp_group 60: tcp_rto_algorithm u32, tcp_rto_min u32, tcp_rto_max u32, tcp_max_conn u32,
    tcp_active_opens u32, tcp_passive_opens u32, tcp_attempt_fails u32, tcp_estab_resets u32, tcp_curr_estab u32,
    tcp_in_segs u32, tcp_out_segs u32, tcp_retrans_segs u32, tcp_in_errs u32, tcp_out_rsts u32, tcp_in_csum_errs u32
0:2010 mib2_udp_group 28: udp_in_datagrams u32, udp_no_ports u32, udp_in_errors u32, udp_out_datagrams u32,
    udp_rcvbuf_errors u32, udp_sndbuf_errors u32, udp_in_csum_errors u32
0:2100 virt_node 28: mhz u32, cpus u32, memory u64, memory_free u64, num_domains u32
0:2101 virt_cpu 12: state u32, cpu_time u32, nr_virt_cpu u32
0:2102 virt_memory 16: memory u64, max_memory u64
0:2103 virt_disk_io 52: capacity u64, allocation u64, available u64, rd_req u32, rd_bytes u64, wr_req u32,
    wr_bytes u64, errs u32
0:2104 virt_net_io 40: rx_bytes u64, rx_packets u32, rx_errs u32, rx_drop u32, tx_bytes u64, tx_packets u32,
    tx_errs u32, tx_drop u32
0:2105 jvm_runtime 12+: vm_name str, vm_vendor str, vm_version str
0:2106 jvm_statistics 100: heap_initial u64, heap_used u64, heap_committed u64, heap_max u64, non_heap_initial u64,
    non_heap_used u64, non_heap_committed u64, non_heap_max u64, gc_count u32, gc_time u32, classes_loaded u32,
    classes_total u32, classes_unloaded u32, compilation_time u32, thread_num_live u32, thread_num_daemon u32,
    thread_num_started u32
0:2200 memcached_counters 144: uptime u32, rusage_user u32, rusage_system u32, curr_connections u32,
    total_connections u32, connection_structures u32, cmd_get u32, cmd_set u32, cmd_flush u32, get_hits u32,
    get_misses u32, delete_misses u32, delete_hits u32, incr_misses u32, incr_hits u32, decr_misses u32,
    decr_hits u32, cas_misses u32, cas_hits u32, cas_badval u32, auth_cmds u32, auth_errors u32, bytes_read u64,
    bytes_written u64, limit_maxbytes u32, accepting_conns u32, listen_disabled_num u32, threads u32, conn_yields u32,
    bytes u64, curr_items u32, total_items u32, evictions u32
0:2201 http_counters 60: method_option_count u32, method_get_count u32, method_head_count u32, method_post_count u32,
    method_put_count u32, method_delete_count u32, method_trace_count u32, method_connect_count u32,
    method_other_count u32, status_1xx_count u32, status_2xx_count u32, status_3xx_count u32, status_4xx_count u32,
    status_5xx_count u32, status_other_count u32
0:2202 app_operations 48+: application str, success u32, other u32, timeout u32, internal_error u32, bad_request u32,
    forbidden u32, too_large u32, not_implemented u32, not_found u32, unavailable u32, unauthorized u32
0:2203 app_resources 40: user_time u32, system_time u32, mem_used u64, mem_max u64, fd_open u32, fd_max u32,
    conn_open u32, conn_max u32
0:2204 memcache_counters 140: cmd_set u32, cmd_touch u32, cmd_flush u32, get_hits u32, get_misses u32,
    delete_hits u32, delete_misses u32, incr_hits u32, incr_misses u32, decr_hits u32, decr_misses u32, cas_hits u32,
    cas_misses u32, cas_badval u32, auth_cmds u32, auth_errors u32, threads u32, conn_yields u32,
    listen_disabled_num u32, curr_connections u32, rejected_connections u32, total_connections u32,
    connection_structures u32, evictions u32, reclaimed u32, curr_items u32, total_items u32, bytes_read u64,
    bytes_written u64, bytes u64, limit_maxbytes u64
0:2205 vdi 92: sessions_current u32, sessions_total u32, sessions_duration u32, rx_bytes u32, tx_bytes u32,
    rx_packets u32, tx_packets u32, rx_packets_lost u32, tx_packets_lost u32, rtt_min_ms u32, rtt_max_ms u32,
    rtt_avg_ms u32, audio_rx_bytes u32, audio_tx_bytes u32, audio_tx_limit u32, img_rx_bytes u32, img_tx_bytes u32,
    img_frames u32, img_qual_min u32, img_qual_max u32, img_qual_avg u32, usb_rx_bytes u32, usb_tx_bytes u32
0:2206 app_workers 20: workers_active u32, workers_idle u32, workers_max u32, req_delayed u32, req_dropped u32
0:2207 ovs_dp_stats 24: hits u32, misses u32, lost u32, mask_hits u32, flows u32, masks u32
0:3000 energy 24: voltage u32, current u32, real_power u32, power_factor i32, energy u32, errors u32
0:3001 temperature 12: minimum i32, maximum i32, errors u32
0:3002 humidity 4: relative i32
0:3003 fans 12: total u32, failed u32, speed u32
4413:1 bst_device_buffers 8: uc_pc i32, mc_pc i32
4413:2 bst_port_buffers 24+: ingress_uc_pc i32, ingress_mc_pc i32, egress_uc_pc i32, egress_mc_pc i32,
    egress_queue_uc_pc i32[], egress_queue_mc_pc i32[]
4413:3 hw_tables 144: host_entries u32, host_entries_max u32, ipv4_entries u32, ipv4_entries_max u32,
    ipv6_entries u32, ipv6_entries_max u32, ipv4_ipv6_entries u32, ipv4_ipv6_entries_max u32, long_ipv6_entries u32,
    long_ipv6_entries_max u32, total_routes u32, total_routes_max u32, ecmp_nexthops u32, ecmp_nexthops_max u32,
    mac_entries u32, mac_entries_max u32, ipv4_neighbors u32, ipv6_neighbors u32, ipv4_routes u32, ipv6_routes u32,
    acl_ingress_entries u32, acl_ingress_entries_max u32, acl_ingress_counters u32, acl_ingress_counters_max u32,
    acl_ingress_meters u32, acl_ingress_meters_max u32, acl_ingress_slices u32, acl_ingress_slices_max u32,
    acl_egress_entries u32, acl_egress_entries_max u32, acl_egress_counters u32, acl_egress_counters_max u32,
    acl_egress_meters u32, acl_egress_meters_max u32, acl_egress_slices u32, acl_egress_slices_max u32
5703:1 nvidia_gpu 48: device_count u32, processes u32, gpu_time u32, mem_time u32, mem_total u64, mem_free u64,
    ecc_errors u32, energy u32, temperature u32, fan_speed u32
"""

NESTED = {
    "segment": "type u32, asns u32[]",
    "pdu": "flow_records record[]",
    "lane": "index u32, tx_bias_current u32, tx_power u32, tx_power_min u32, tx_power_max u32, tx_wavelength u32, "
    "rx_power u32, rx_power_min u32, rx_power_max u32, rx_wavelength u32",
    "adapter": "if_index u32, mac_addresses mac[]",
}

OPTIONAL_TAILS = {  # what newer senders append
    "host_cpu": "cpu_steal u32, cpu_guest u32, cpu_guest_nice u32",
    "jvm_statistics": "fd_open_count u32, fd_max_count u32",
}
