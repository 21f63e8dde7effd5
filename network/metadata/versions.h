// SPDX-License-Identifier: Apache-2.0
// The dated versions of both metadata forms. All of them show what "latest" shows.
#pragma once

#include <array>
#include <string_view>

namespace virga::metadata {

/// Source: Nova, "Metadata service", OpenStack format.
constexpr std::array<std::string_view, 10> kOpenStackVersions = {
    "2012-08-10", "2013-04-04", "2013-10-17", "2015-10-15", "2016-06-30",
    "2016-10-06", "2017-02-22", "2018-08-27", "2020-10-14", "latest"};

/// Source: Nova, "Metadata service", EC2 format.
constexpr std::array<std::string_view, 11> kEc2Versions = {
    "1.0",        "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15",
    "2008-02-01", "2008-09-01", "2009-04-04", "2011-01-01", "latest"};

}  // namespace virga::metadata
