"""sFlow version 5: the counters of hosts, virtual machines and applications, by (enterprise, format).

sflow.org: its texts on hosts, applications and HTTP.
"""

from __future__ import annotations

from construct import Bytes, Struct

from ..values import Untyped
from ..xdr import Counted, Mac
from .structures import Structure, added, f32, i32, string, structure, u32, u64

Adapter = Struct(*u32("if_index"), "mac_addresses" / Counted(Mac))

HOST_RECORDS: dict[tuple[int, int], Structure] = {
    (0, 2000): structure(
        "host_descr",
        *string("hostname"),
        "uuid" / Untyped(Bytes(16)),
        *u32("machine_type os_name"),
        *string("os_release"),
    ),
    (0, 2001): structure("host_adapters", "adapters" / Counted(Adapter)),
    (0, 2002): structure("host_parent", *u32("container_type container_index")),
    # loads: -1.0 unknown; times in ms, cpu_speed in MHz, uptime in s
    (0, 2003): structure(
        "host_cpu",
        *f32("load_one load_five load_fifteen"),
        *u32(
            "proc_run proc_total cpu_num cpu_speed uptime cpu_user cpu_nice cpu_system cpu_idle cpu_wio cpu_intr "
            "cpu_sintr interrupts contexts"
        ),
        *added("cpu_steal cpu_guest cpu_guest_nice"),
    ),
    (0, 2004): structure(
        "host_memory",
        *u64("mem_total mem_free mem_shared mem_buffers mem_cached swap_total swap_free"),
        *u32("page_in page_out swap_in swap_out"),
    ),
    # part_max_used: hundredths of a percent
    (0, 2005): structure(
        "host_disk_io",
        *u64("disk_total disk_free"),
        *i32("part_max_used"),
        *u32("reads"),
        *u64("bytes_read"),
        *u32("read_time writes"),
        *u64("bytes_written"),
        *u32("write_time"),
    ),
    (0, 2006): structure(
        "host_net_io",
        *u64("bytes_in"),
        *u32("pkts_in errs_in drops_in"),
        *u64("bytes_out"),
        *u32("pkts_out errs_out drops_out"),
    ),
    (0, 2007): structure(
        "mib2_ip_group",
        *u32(
            "ip_forwarding ip_default_ttl ip_in_receives ip_in_hdr_errors ip_in_addr_errors ip_forw_datagrams "
            "ip_in_unknown_protos ip_in_discards ip_in_delivers ip_out_requests ip_out_discards ip_out_no_routes "
            "ip_reasm_timeout ip_reasm_reqds ip_reasm_oks ip_reasm_fails ip_frag_oks ip_frag_fails "
            "ip_frag_creates"
        ),
    ),
    (0, 2008): structure(
        "mib2_icmp_group",
        *u32(
            "icmp_in_msgs icmp_in_errors icmp_in_dest_unreachs icmp_in_time_excds icmp_in_param_probs "
            "icmp_in_src_quenchs icmp_in_redirects icmp_in_echos icmp_in_echo_reps icmp_in_timestamps "
            "icmp_in_addr_masks icmp_in_addr_mask_reps icmp_out_msgs icmp_out_errors icmp_out_dest_unreachs "
            "icmp_out_time_excds icmp_out_param_probs icmp_out_src_quenchs icmp_out_redirects icmp_out_echos "
            "icmp_out_echo_reps icmp_out_timestamps icmp_out_timestamp_reps icmp_out_addr_masks "
            "icmp_out_addr_mask_reps"
        ),
    ),
    (0, 2009): structure(
        "mib2_tcp_group",
        *u32(
            "tcp_rto_algorithm tcp_rto_min tcp_rto_max tcp_max_conn tcp_active_opens tcp_passive_opens "
            "tcp_attempt_fails tcp_estab_resets tcp_curr_estab tcp_in_segs tcp_out_segs tcp_retrans_segs "
            "tcp_in_errs tcp_out_rsts tcp_in_csum_errs"
        ),
    ),
    (0, 2010): structure(
        "mib2_udp_group",
        *u32(
            "udp_in_datagrams udp_no_ports udp_in_errors udp_out_datagrams udp_rcvbuf_errors udp_sndbuf_errors "
            "udp_in_csum_errors"
        ),
    ),
    (0, 2100): structure("virt_node", *u32("mhz cpus"), *u64("memory memory_free"), *u32("num_domains")),
    (0, 2101): structure("virt_cpu", *u32("state cpu_time nr_virt_cpu")),
    (0, 2102): structure("virt_memory", *u64("memory max_memory")),
    # available: "physical" in later text
    (0, 2103): structure(
        "virt_disk_io",
        *u64("capacity allocation available"),
        *u32("rd_req"),
        *u64("rd_bytes"),
        *u32("wr_req"),
        *u64("wr_bytes"),
        *u32("errs"),
    ),
    (0, 2104): structure(
        "virt_net_io",
        *u64("rx_bytes"),
        *u32("rx_packets rx_errs rx_drop"),
        *u64("tx_bytes"),
        *u32("tx_packets tx_errs tx_drop"),
    ),
    (0, 2105): structure("jvm_runtime", *string("vm_name vm_vendor vm_version")),
    (0, 2106): structure(
        "jvm_statistics",
        *u64(
            "heap_initial heap_used heap_committed heap_max non_heap_initial non_heap_used non_heap_committed "
            "non_heap_max"
        ),
        *u32(
            "gc_count gc_time classes_loaded classes_total classes_unloaded compilation_time thread_num_live "
            "thread_num_daemon thread_num_started"
        ),
        *added("fd_open_count fd_max_count"),
    ),
    (0, 2200): structure(
        "memcached_counters",
        *u32(
            "uptime rusage_user rusage_system curr_connections total_connections connection_structures cmd_get "
            "cmd_set cmd_flush get_hits get_misses delete_misses delete_hits incr_misses incr_hits decr_misses "
            "decr_hits cas_misses cas_hits cas_badval auth_cmds auth_errors"
        ),
        *u64("bytes_read bytes_written"),
        *u32("limit_maxbytes accepting_conns listen_disabled_num threads conn_yields"),
        *u64("bytes"),
        *u32("curr_items total_items evictions"),
    ),
    (0, 2201): structure(
        "http_counters",
        *u32(
            "method_option_count method_get_count method_head_count method_post_count method_put_count "
            "method_delete_count method_trace_count method_connect_count method_other_count status_1xx_count "
            "status_2xx_count status_3xx_count status_4xx_count status_5xx_count status_other_count"
        ),
    ),
    (0, 2202): structure(
        "app_operations",
        *string("application"),
        *u32(
            "success other timeout internal_error bad_request forbidden too_large not_implemented not_found "
            "unavailable unauthorized"
        ),
    ),
    (0, 2203): structure(
        "app_resources",
        *u32("user_time system_time"),
        *u64("mem_used mem_max"),
        *u32("fd_open fd_max conn_open conn_max"),
    ),
    (0, 2204): structure(
        "memcache_counters",
        *u32(
            "cmd_set cmd_touch cmd_flush get_hits get_misses delete_hits delete_misses incr_hits incr_misses "
            "decr_hits decr_misses cas_hits cas_misses cas_badval auth_cmds auth_errors threads conn_yields "
            "listen_disabled_num curr_connections rejected_connections total_connections connection_structures "
            "evictions reclaimed curr_items total_items"
        ),
        *u64("bytes_read bytes_written bytes limit_maxbytes"),
    ),
    # read from one implementation
    (0, 2205): structure(
        "vdi",
        *u32(
            "sessions_current sessions_total sessions_duration rx_bytes tx_bytes rx_packets tx_packets "
            "rx_packets_lost tx_packets_lost rtt_min_ms rtt_max_ms rtt_avg_ms audio_rx_bytes audio_tx_bytes "
            "audio_tx_limit img_rx_bytes img_tx_bytes img_frames img_qual_min img_qual_max img_qual_avg "
            "usb_rx_bytes usb_tx_bytes"
        ),
    ),
    (0, 2206): structure("app_workers", *u32("workers_active workers_idle workers_max req_delayed req_dropped")),
    (0, 2207): structure("ovs_dp_stats", *u32("hits misses lost mask_hits flows masks")),
    # mV, mA, mW, hundredths, mJ; to fans read from one implementation
    (0, 3000): structure("energy", *u32("voltage current real_power"), *i32("power_factor"), *u32("energy errors")),
    (0, 3001): structure("temperature", *i32("minimum maximum"), *u32("errors")),
    (0, 3002): structure("humidity", *i32("relative")),
    (0, 3003): structure("fans", *u32("total failed speed")),
    # Broadcom; hundredths of a percent, -1 unknown; the first two read from one implementation
    (5703, 1): structure(
        "nvidia_gpu",
        *u32("device_count processes gpu_time mem_time"),
        *u64("mem_total mem_free"),
        *u32("ecc_errors energy temperature fan_speed"),
    ),
}
