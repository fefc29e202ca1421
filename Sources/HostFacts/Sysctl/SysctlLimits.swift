/// Integers outside the catalogue whose values the kernel checks. They are no facts: only what files
/// give them is judged.
///
/// The limits are those of the tables in the files that an entry names, compared in 4.18, 5.7, 5.8, 5.10,
/// 5.14, 5.16, 5.17, 6.1, 6.6, 6.12, 6.18 and 7.1. An entry without limits takes any number.
enum SysctlLimits {
  static func entry(for key: String) -> SysctlEntry? { byKey[key] }

  static let entries: [SysctlEntry] = [
    number("vm.admin_reserve_kbytes", "mm/util.c"),
    limited("vm.compaction_proactiveness", "mm/compaction.c", 0, 100),
    limited("vm.dirty_background_ratio", "mm/page-writeback.c", 0, 100),
    limited("vm.dirty_expire_centisecs", "mm/page-writeback.c", 0, largest),
    limited("vm.dirty_ratio", "mm/page-writeback.c", 0, 100),
    number("vm.dirty_writeback_centisecs", "mm/page-writeback.c"),
    limited("vm.drop_caches", "fs/drop_caches.c", 1, 4),
    limited("vm.extfrag_threshold", "mm/compaction.c", 0, 1000),
    limited("vm.max_map_count", "mm/mmap.c", 0, largest),
    limited("vm.memory_failure_early_kill", "mm/memory-failure.c", 0, 1),
    limited("vm.memory_failure_recovery", "mm/memory-failure.c", 0, 1),
    limited("vm.min_free_kbytes", "mm/page_alloc.c", 0, largest),
    limited("vm.min_slab_ratio", "mm/page_alloc.c", 0, 100),
    limited("vm.min_unmapped_ratio", "mm/page_alloc.c", 0, 100),
    number("vm.nr_hugepages", "mm/hugetlb.c"),
    number("vm.oom_dump_tasks", "mm/oom_kill.c"),
    number("vm.oom_kill_allocating_task", "mm/oom_kill.c"),
    number("vm.overcommit_kbytes", "mm/util.c"),
    limited("vm.overcommit_memory", "mm/util.c", 0, 2),
    number("vm.overcommit_ratio", "mm/util.c"),
    limited("vm.page-cluster", "mm/swap.c", 0, largest),
    limited("vm.panic_on_oom", "mm/oom_kill.c", 0, 2),
    limited("vm.swappiness", "mm/vmscan.c", 0, 100, since: KernelVersion(5, 8), 200),
    number("vm.user_reserve_kbytes", "mm/util.c"),
    number("vm.vfs_cache_pressure", "fs/dcache.c"),
    limited(
      "vm.watermark_scale_factor", "mm/page_alloc.c", 1, 1000, since: KernelVersion(5, 17), 3000),
    number("vm.zone_reclaim_mode", "mm/vmscan.c"),
    limited("kernel.dmesg_restrict", "kernel/printk/sysctl.c", 0, 1),
    limited("kernel.kptr_restrict", "kernel/printk/sysctl.c", 0, 2),
    number("kernel.panic", "kernel/panic.c"),
    number("kernel.panic_on_oops", "kernel/panic.c"),
    number("kernel.randomize_va_space", "mm/memory.c"),
    limited("kernel.unprivileged_bpf_disabled", "kernel/bpf/syscall.c", 0, 2),
    number("fs.aio-max-nr", "fs/aio.c"),
    limited("fs.inotify.max_queued_events", "fs/notify/inotify/inotify_user.c", 0, largest),
    limited("fs.inotify.max_user_instances", "fs/notify/inotify/inotify_user.c", 0, largest),
    limited("fs.inotify.max_user_watches", "fs/notify/inotify/inotify_user.c", 0, largest),
    limited("fs.protected_fifos", "fs/namei.c", 0, 2),
    limited("fs.protected_hardlinks", "fs/namei.c", 0, 1),
    limited("fs.protected_regular", "fs/namei.c", 0, 2),
    limited("fs.protected_symlinks", "fs/namei.c", 0, 1),
    limited("fs.suid_dumpable", "fs/exec.c", 0, 2),
  ]

  /// The largest of an int, beyond which every int of the kernel refuses a number.
  private static let largest = Int(Int32.max)

  private static let byKey = Dictionary(
    entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })

  /// One that takes any number.
  private static func number(_ key: String, _ source: String) -> SysctlEntry {
    SysctlEntry(key, source, scope: .host)
  }

  /// One that takes numbers between two, the second of which may be another since some version.
  private static func limited(
    _ key: String, _ source: String, _ least: Int, _ most: Int, since: KernelVersion? = nil,
    _ mostSince: Int = 0
  ) -> SysctlEntry {
    var allowed: [SysctlEntry.Since<ClosedRange<Int>>] = [.always(least...most)]
    if let since { allowed.append(.init(version: since, value: least...mostSince)) }
    return SysctlEntry(key, source, scope: .host, allowed: allowed)
  }
}
