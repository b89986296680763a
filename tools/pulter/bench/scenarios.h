#pragma once

#include "tools/pulter/bench/bench.h"

namespace pulter::tool::bench {

// One function a scenario; scenarios() in command_bench.cpp says what each asks.
[[nodiscard]] ScenarioReport run_firehose_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_scaling_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_fan_out_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_slow_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_stall_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_tiny_1_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_tiny_10_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_gap_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_wide_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_long_text_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_upload_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_restart_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_log_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_roofline_scenario(Bench& bench);
[[nodiscard]] ScenarioReport run_tls_scenario(Bench& bench);

}  // namespace pulter::tool::bench
