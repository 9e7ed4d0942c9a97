#pragma once

// Everything a projection needs, in one include.
#include "projections/context.hpp"
#include "projections/event.hpp"
#include "projections/handler.hpp"
#include "projections/outcome.hpp"
#include "projections/per_event.hpp"
#include "projections/registry.hpp"
#include "projections/tx.hpp"
