import type { History } from './history.ts';

/** Names of counters by group; `NAME?SYMBOL` is there where the configuration has the symbol. */
export interface CounterNames {
  readonly zone: readonly string[];
  readonly numa: readonly string[];
  readonly node: readonly string[];
  readonly global: readonly string[];
  readonly events: readonly string[];
}

/** What the files of /proc show of memory, by release. */
export interface SystemFileBehaviours {
  /** Rows of /proc/meminfo in their order; `NAME?SYMBOL` as for counters. */
  readonly meminfoRows: readonly string[];
  /** VmallocTotal with 48-bit addresses and pages of 4K, in KiB. */
  readonly vmallocTotalKiB: number;
  /** Rows of a zone in /proc/zoneinfo up to `cma`. */
  readonly zoneinfoRows: readonly string[];
  /** The counters of /proc/vmstat, in their order. */
  readonly vmCounters: CounterNames;
  /** Whether /sys/kernel/mm/cma has a folder for areas that could not be activated. */
  readonly inactiveAreasInSysfs: boolean;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** A list with names put behind one of them. */
function behind(list: readonly string[], anchor: string, added: string): readonly string[] {
  const index = list.indexOf(anchor) + 1;
  if (index === 0) throw new Error(`no ${anchor} in the list that ${added} is added to`);
  return [...list.slice(0, index), ...words(added), ...list.slice(index)];
}

function without(list: readonly string[], removed: string): readonly string[] {
  const names = words(removed);
  return list.filter((name) => !names.includes(name));
}

const meminfo2020 = words(`
  MemTotal MemFree MemAvailable Buffers Cached SwapCached Active Inactive Active(anon) Inactive(anon)
  Active(file) Inactive(file) Unevictable Mlocked HighTotal?HIGHMEM HighFree?HIGHMEM LowTotal?HIGHMEM
  LowFree?HIGHMEM SwapTotal SwapFree Dirty Writeback AnonPages Mapped Shmem KReclaimable Slab SReclaimable
  SUnreclaim KernelStack PageTables NFS_Unstable Bounce WritebackTmp CommitLimit Committed_AS VmallocTotal
  VmallocUsed VmallocChunk Percpu HardwareCorrupted?MEMORY_FAILURE AnonHugePages?TRANSPARENT_HUGEPAGE
  ShmemHugePages?TRANSPARENT_HUGEPAGE ShmemPmdMapped?TRANSPARENT_HUGEPAGE FileHugePages?TRANSPARENT_HUGEPAGE
  FilePmdMapped?TRANSPARENT_HUGEPAGE CmaTotal?CMA CmaFree?CMA`);
const meminfo2022 = behind(meminfo2020, 'PageTables', 'SecPageTables');
const meminfo2026 = behind(meminfo2022, 'CmaFree?CMA', 'Balloon GPUActive GPUReclaim');

const zoneLists =
  'nr_free_pages nr_zone_inactive_anon nr_zone_active_anon nr_zone_inactive_file nr_zone_active_file nr_zone_unevictable nr_zone_write_pending nr_mlock';
const numa = words(
  'numa_hit?NUMA numa_miss?NUMA numa_foreign?NUMA numa_interleave?NUMA numa_local?NUMA numa_other?NUMA',
);
const node2020 = words(`
  nr_inactive_anon nr_active_anon nr_inactive_file nr_active_file nr_unevictable nr_slab_reclaimable
  nr_slab_unreclaimable nr_isolated_anon nr_isolated_file workingset_nodes workingset_refault_anon
  workingset_refault_file workingset_activate_anon workingset_activate_file workingset_restore_anon
  workingset_restore_file workingset_nodereclaim nr_anon_pages nr_mapped nr_file_pages nr_dirty nr_writeback
  nr_writeback_temp nr_shmem nr_shmem_hugepages nr_shmem_pmdmapped nr_file_hugepages nr_file_pmdmapped
  nr_anon_transparent_hugepages nr_vmscan_write nr_vmscan_immediate_reclaim nr_dirtied nr_written
  nr_kernel_misc_reclaimable nr_foll_pin_acquired nr_foll_pin_released nr_kernel_stack`);
const node2022 = behind(
  behind(node2020, 'nr_written', 'nr_throttled_written'),
  'nr_kernel_stack',
  'nr_page_table_pages nr_sec_page_table_pages nr_swapcached?SWAP',
);
const demotions = 'pgdemote_kswapd pgdemote_direct pgdemote_khugepaged';
const node2024 = [
  ...behind(node2022, 'nr_sec_page_table_pages', 'nr_iommu_pages?IOMMU_SUPPORT'),
  ...words(demotions),
];
const node2026 = [
  ...node2024,
  'pgdemote_proactive',
  'nr_hugetlb?HUGETLB_PAGE',
  'nr_balloon_pages',
  'nr_gpu_active',
  'nr_gpu_reclaim',
];
const events2020 = words(`
  pgpgin pgpgout pswpin pswpout pgalloc_dma?ZONE_DMA pgalloc_dma32?ZONE_DMA32 pgalloc_normal
  pgalloc_high?HIGHMEM pgalloc_movable allocstall_dma?ZONE_DMA allocstall_dma32?ZONE_DMA32 allocstall_normal
  allocstall_high?HIGHMEM allocstall_movable pgskip_dma?ZONE_DMA pgskip_dma32?ZONE_DMA32 pgskip_normal
  pgskip_high?HIGHMEM pgskip_movable pgfree pgactivate pgdeactivate pglazyfree pgfault pgmajfault pglazyfreed
  pgrefill pgreuse pgsteal_kswapd pgsteal_direct pgscan_kswapd pgscan_direct pgscan_direct_throttle pgscan_anon
  pgscan_file pgsteal_anon pgsteal_file zone_reclaim_failed?NUMA pginodesteal slabs_scanned kswapd_inodesteal
  kswapd_low_wmark_hit_quickly kswapd_high_wmark_hit_quickly pageoutrun pgrotated drop_pagecache drop_slab
  oom_kill pgmigrate_success?MIGRATION pgmigrate_fail?MIGRATION thp_migration_success?MIGRATION
  thp_migration_fail?MIGRATION thp_migration_split?MIGRATION compact_migrate_scanned?COMPACTION
  compact_free_scanned?COMPACTION compact_isolated?COMPACTION compact_stall?COMPACTION compact_fail?COMPACTION
  compact_success?COMPACTION compact_daemon_wake?COMPACTION compact_daemon_migrate_scanned?COMPACTION
  compact_daemon_free_scanned?COMPACTION htlb_buddy_alloc_success?HUGETLB_PAGE htlb_buddy_alloc_fail?HUGETLB_PAGE
  unevictable_pgs_culled unevictable_pgs_scanned unevictable_pgs_rescued unevictable_pgs_mlocked
  unevictable_pgs_munlocked unevictable_pgs_cleared unevictable_pgs_stranded swap_ra?SWAP swap_ra_hit?SWAP`);
const huge =
  'thp_fault_alloc thp_fault_fallback thp_fault_fallback_charge thp_collapse_alloc thp_collapse_alloc_failed thp_file_alloc thp_file_fallback thp_file_fallback_charge thp_file_mapped thp_split_page thp_split_page_failed thp_deferred_split_page thp_split_pmd thp_zero_page_alloc thp_zero_page_alloc_failed thp_swpout thp_swpout_fallback'
    .split(' ')
    .map((name) => `${name}?TRANSPARENT_HUGEPAGE`)
    .join(' ');
const eventsWithHuge = behind(events2020, 'unevictable_pgs_stranded', huge);
const eventsWithCma = behind(
  eventsWithHuge,
  'htlb_buddy_alloc_fail?HUGETLB_PAGE',
  'cma_alloc_success?CMA cma_alloc_fail?CMA',
);
const events2022 = behind(eventsWithCma, 'pgsteal_direct', 'pgdemote_kswapd pgdemote_direct');
const events2024 = behind(
  behind(without(events2022, demotions), 'pgsteal_direct', 'pgsteal_khugepaged'),
  'pgscan_direct',
  'pgscan_khugepaged',
);
const events2026 = behind(
  behind(
    behind(events2024, 'pgsteal_khugepaged', 'pgsteal_proactive'),
    'pgscan_khugepaged',
    'pgscan_proactive',
  ),
  'pgsteal_file',
  'zone_reclaim_success?NUMA',
);

const zone2022 = words(`${zoneLists} nr_bounce nr_free_cma`);
const global2022 = words('nr_dirty_threshold nr_dirty_background_threshold');
const global2024 = [...global2022, 'nr_memmap_pages', 'nr_memmap_boot_pages'];

export const systemFileHistory: History<SystemFileBehaviours> = {
  meminfoRows: [
    {
      since: 'rfc-2019',
      value: meminfo2020,
      evidence: 'recorded',
      says: 'shows no secondary page tables in /proc/meminfo',
    },
    {
      since: '6.1',
      value: meminfo2022,
      evidence: 'recorded',
      says: 'shows secondary page tables in /proc/meminfo',
    },
    {
      since: '7.1',
      value: meminfo2026,
      evidence: 'recorded',
      says: 'shows balloon and GPU memory in /proc/meminfo',
    },
  ],
  vmallocTotalKiB: [
    {
      since: 'rfc-2019',
      value: 135290159040,
      evidence: 'recorded',
      says: 'has 135290159040 KiB of virtual addresses for vmalloc',
    },
    {
      since: '5.15',
      value: 133143592960,
      evidence: 'recorded',
      says: 'has 133143592960 KiB of virtual addresses for vmalloc',
    },
    {
      since: '6.12',
      value: 135288315904,
      evidence: 'recorded',
      says: 'has 135288315904 KiB of virtual addresses for vmalloc',
    },
  ],
  zoneinfoRows: [
    {
      since: 'rfc-2019',
      value: words('free min low high spanned present managed'),
      evidence: 'inferred',
      says: 'shows neither CMA pages nor the boost of a zone in /proc/zoneinfo',
    },
    {
      since: '5.14',
      value: words('free boost min low high spanned present managed cma'),
      evidence: 'read',
      says: 'shows CMA pages and the boost of a zone in /proc/zoneinfo',
    },
    {
      since: '6.12',
      value: words('free boost min low high promo spanned present managed cma'),
      evidence: 'inferred',
      says: 'shows CMA pages, boost and promotion of a zone in /proc/zoneinfo',
    },
  ],
  vmCounters: [
    {
      since: 'rfc-2019',
      value: {
        zone: words(`${zoneLists} nr_page_table_pages nr_bounce nr_free_cma`),
        numa,
        node: node2020,
        global: global2022,
        events: eventsWithHuge,
      },
      evidence: 'inferred',
      says: 'counts page tables by zone in /proc/vmstat',
    },
    {
      since: '5.13',
      value: { zone: zone2022, numa, node: node2022, global: global2022, events: eventsWithCma },
      evidence: 'inferred',
      says: 'counts calls of the contiguous allocator in /proc/vmstat',
    },
    {
      since: '6.1',
      value: { zone: zone2022, numa, node: node2022, global: global2022, events: events2022 },
      evidence: 'read',
      says: 'counts demotions among the events of /proc/vmstat',
    },
    {
      since: '6.12',
      value: { zone: zone2022, numa, node: node2024, global: global2024, events: events2024 },
      evidence: 'inferred',
      says: 'counts demotions by node, and the memory map, in /proc/vmstat',
    },
    {
      since: '6.17',
      value: {
        zone: behind(zone2022, 'nr_free_pages', 'nr_free_pages_blocks'),
        numa,
        node: node2026,
        global: global2024,
        events: events2026,
      },
      evidence: 'inferred',
      says: 'counts pages of whole free pageblocks in /proc/vmstat',
    },
  ],
  inactiveAreasInSysfs: [
    {
      since: 'rfc-2019',
      value: true,
      evidence: 'read',
      says: 'shows areas that could not be activated in /sys/kernel/mm/cma',
    },
    {
      since: '7.2',
      value: false,
      evidence: 'read',
      says: 'leaves areas that could not be activated out of /sys/kernel/mm/cma',
    },
  ],
};
