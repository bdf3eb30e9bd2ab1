#!/bin/sh
# clean_root.sh PACKAGE.deb ROOT: makes a root directory with the files of all packages that
# PACKAGE.deb depends on, directly or not, as they are installed on this machine.
set -eu
package=$1
root=$2

# The names in a list of dependencies; of alternatives the one that is installed.
names() {
  tr ',' '\n' | tr '|' '\n' | sed 's/(.*//; s/:any//; s/[[:space:]]//g' | grep . || true
}

mkdir -p "$root/proc" "$root/tmp" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
: >"$root/var/lib/dpkg/status"

wanted=$(dpkg-deb --field "$package" Depends | names)
seen=
while [ -n "$wanted" ]; do
  next=
  for name in $wanted; do
    case " $seen " in *" $name "*) continue ;; esac
    seen="$seen $name"
    dpkg-query --status "$name" >/dev/null 2>&1 || continue
    next="$next $(dpkg-query --show --showformat '${Depends}, ${Pre-Depends}' "$name" | names)"
    dpkg-query --listfiles "$name"
  done >>"$root.files"
  wanted=$next
done

# In Debian the folders of the root are links into /usr; packages may still name them.
for folder in bin lib lib64 sbin; do
  mkdir -p "$root/usr/$folder"
  ln -s "usr/$folder" "$root/$folder"
done
sort -u "$root.files" | while read -r file; do
  [ -d "$file" ] || printf '%s\n' "${file#/}"
done | tar --create --directory=/ --files-from=- --file=- |
  tar --extract --keep-directory-symlink --directory="$root" --file=-
