// The kernels that the emulated device can run, by name, with their parameters' types.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace emulated {

/** A kernel with the values of its parameters: what one launch runs in each thread. */
struct Call {
    std::function<void()> body;
    std::vector<std::pair<int, const void*>> pointers; // parameters that are device addresses, by index
};

struct Kernel {
    const char* name;
    int parameters;
    std::function<Call(void**)> bind;
};

std::vector<Kernel>& kernels();

template <class... A, size_t... I>
Call bindAll(void (*kernel)(A...), void** values, std::index_sequence<I...>) {
    auto arguments = std::make_tuple(*static_cast<A*>(values[I])...);
    Call call;
    call.body = [=] { std::apply(kernel, arguments); };
    (
        [&] {
            if constexpr (std::is_pointer_v<A>) {
                call.pointers.emplace_back(static_cast<int>(I), std::get<I>(arguments));
            }
        }(),
        ...);
    return call;
}

template <class... A>
bool add(const char* name, void (*kernel)(A...)) {
    kernels().push_back({name, static_cast<int>(sizeof...(A)),
                         [kernel](void** values) { return bindAll(kernel, values, std::index_sequence_for<A...>{}); }});
    return true;
}

} // namespace emulated

#define EXPORT(name) static const bool exported_##name = emulated::add(#name, name);
