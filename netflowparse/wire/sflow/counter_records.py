"""sFlow version 5: the counters of interfaces and devices, and all others by reference, by (enterprise, format).

sflow.org: sFlow version 5, and its texts on 802.11 and OpenFlow.  A counter of all ones is one that the agent does not
keep.
"""

from __future__ import annotations

from construct import Bytes, Int32sb, Struct

from ..values import Untyped
from ..xdr import Counted, Times
from .host_records import HOST_RECORDS
from .structures import Structure, doubtful, i32, mac, string, structure, u32, u64

BUFFER_QUEUES = 8

Lane = Struct(  # of an optical module: µA, µW, nm
    *u32(
        "index tx_bias_current tx_power tx_power_min tx_power_max tx_wavelength rx_power rx_power_min rx_power_max "
        "rx_wavelength"
    )
)
_PORT_BUFFERS = i32("ingress_uc_pc ingress_mc_pc egress_uc_pc egress_mc_pc")

COUNTER_RECORDS: dict[tuple[int, int], Structure] = {
    # if_direction: 1 full duplex, 2 half, 3 in, 4 out; if_status: bit 0 admin up, bit 1 oper up
    (0, 1): structure(
        "if_counters",
        *u32("if_index if_type"),
        *u64("if_speed"),
        *u32("if_direction if_status"),
        *u64("if_in_octets"),
        *u32(
            "if_in_ucast_pkts if_in_multicast_pkts if_in_broadcast_pkts if_in_discards if_in_errors "
            "if_in_unknown_protos"
        ),
        *u64("if_out_octets"),
        *u32(
            "if_out_ucast_pkts if_out_multicast_pkts if_out_broadcast_pkts if_out_discards if_out_errors "
            "if_promiscuous_mode"
        ),
    ),
    # dot3Stats…
    (0, 2): structure(
        "ethernet_counters",
        *u32(
            "alignment_errors fcs_errors single_collision_frames multiple_collision_frames sqe_test_errors "
            "deferred_transmissions late_collisions excessive_collisions internal_mac_transmit_errors "
            "carrier_sense_errors frame_too_longs internal_mac_receive_errors symbol_errors"
        ),
    ),
    # dot5Stats…
    (0, 3): structure(
        "tokenring_counters",
        *u32(
            "line_errors burst_errors ac_errors abort_trans_errors internal_errors lost_frame_errors "
            "receive_congestions frame_copied_errors token_errors soft_errors hard_errors signal_loss "
            "transmit_beacons recoverys lobe_wires removes singles freq_errors"
        ),
    ),
    # dot12…
    (0, 4): structure(
        "vg_counters",
        *u32("in_high_priority_frames"),
        *u64("in_high_priority_octets"),
        *u32("in_norm_priority_frames"),
        *u64("in_norm_priority_octets"),
        *u32("in_ipm_errors in_oversize_frame_errors in_data_errors in_null_addressed_frames out_high_priority_frames"),
        *u64("out_high_priority_octets"),
        *u32("transition_into_trainings"),
        *u64("hc_in_high_priority_octets hc_in_norm_priority_octets hc_out_high_priority_octets"),
    ),
    (0, 5): structure(
        "vlan_counters",
        *u32("vlan_id"),
        *u64("octets"),
        *u32("ucast_pkts multicast_pkts broadcast_pkts discards"),
    ),
    (0, 6): structure(
        "ieee80211_counters",
        *u32(
            "transmitted_fragment_count multicast_transmitted_frame_count failed_count retry_count "
            "multiple_retry_count frame_duplicate_count rts_success_count rts_failure_count ack_failure_count "
            "received_fragment_count multicast_received_frame_count fcs_error_count transmitted_frame_count "
            "wep_undecryptable_count qos_discarded_fragment_count associated_station_count "
            "qos_cf_polls_received_count qos_cf_polls_unused_count qos_cf_polls_unusable_count "
            "qos_cf_polls_lost_count"
        ),
    ),
    # port_state, octet by octet: actor admin, actor oper, partner admin, partner oper
    (0, 7): structure(
        "lag_port_stats",
        *mac("actor_system_id partner_oper_system_id"),
        *u32("attached_agg_id"),
        "port_state" / Untyped(Bytes(4)),
        *u32(
            "lacpdus_rx marker_pdus_rx marker_response_pdus_rx unknown_rx illegal_rx lacpdus_tx marker_pdus_tx "
            "marker_response_pdus_tx"
        ),
    ),
    # read from one implementation
    (0, 8): structure("slow_path_counts", *u32("unknown other cam_miss cam_full no_hw_support cntrl")),
    # InfiniBand draft; read from one implementation
    (0, 9): structure(
        "ib_counters",
        *u64("port_xmit_pkts port_rcv_pkts"),
        *u32(
            "symbol_error_counter link_error_recovery_counter link_downed_counter port_rcv_errors "
            "port_rcv_remote_physical_errors port_rcv_switch_relay_errors port_xmit_discards "
            "port_xmit_constraint_errors port_rcv_constraint_errors local_link_integrity_errors "
            "excessive_buffer_overrun_errors vl15_dropped"
        ),
    ),
    # mV, thousandths of a degree Celsius
    (0, 10): structure(
        "sfp",
        *u32("module_id module_num_lanes module_supply_voltage"),
        *i32("module_temperature"),
        "lanes" / Counted(Lane),
    ),
    # priority flow control
    (0, 11): structure("pfc", *u32("requests indications pause_duration storm_detected storm_restored")),
    # hundredths of a percent, -1 unknown; octets
    (0, 1001): structure("processor", *i32("cpu_5s cpu_1m cpu_5m"), *u64("total_memory free_memory")),
    # ms
    (0, 1002): structure("radio_utilization", *u32("elapsed_time on_channel_time on_channel_busy_time")),
    # a histogram; read from one implementation
    (0, 1003): structure(
        "queue_length",
        *u32(
            "queue_index segment_size queue_segments queue_length_0 queue_length_1 queue_length_2 queue_length_4 "
            "queue_length_8 queue_length_32 queue_length_128 queue_length_1024 queue_length_more dropped"
        ),
    ),
    (0, 1004): structure("of_port", *u64("datapath_id"), *u32("port_no")),
    (0, 1005): structure("port_name", *string("name")),
    # the text calls uuid a variable opaque; agents send 16 octets
    **HOST_RECORDS,
    (4413, 1): structure("bst_device_buffers", *i32("uc_pc mc_pc")),
    # the text counts the arrays, a reader takes 8 items each
    (4413, 2): doubtful(
        "bst_port_buffers",
        Struct(
            *_PORT_BUFFERS,
            "egress_queue_uc_pc" / Counted(Int32sb, most=BUFFER_QUEUES),
            "egress_queue_mc_pc" / Counted(Int32sb, most=BUFFER_QUEUES),
        ),
        Struct(
            *_PORT_BUFFERS,
            "egress_queue_uc_pc" / Times(BUFFER_QUEUES, Int32sb),
            "egress_queue_mc_pc" / Times(BUFFER_QUEUES, Int32sb),
        ),
    ),
    (4413, 3): structure(
        "hw_tables",
        *u32(
            "host_entries host_entries_max ipv4_entries ipv4_entries_max ipv6_entries ipv6_entries_max "
            "ipv4_ipv6_entries ipv4_ipv6_entries_max long_ipv6_entries long_ipv6_entries_max total_routes "
            "total_routes_max ecmp_nexthops ecmp_nexthops_max mac_entries mac_entries_max ipv4_neighbors "
            "ipv6_neighbors ipv4_routes ipv6_routes acl_ingress_entries acl_ingress_entries_max "
            "acl_ingress_counters acl_ingress_counters_max acl_ingress_meters acl_ingress_meters_max "
            "acl_ingress_slices acl_ingress_slices_max acl_egress_entries acl_egress_entries_max "
            "acl_egress_counters acl_egress_counters_max acl_egress_meters acl_egress_meters_max "
            "acl_egress_slices acl_egress_slices_max"
        ),
    ),
}
