// Package tools names the program that is built from modules.
package tools

import _ "github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity"
