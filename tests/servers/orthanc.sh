# Orthanc with its DICOMweb plugin in $dir/orthanc, as an archive. Sourced by servers.sh.

orthanc_dicomweb=/usr/share/orthanc/plugins/libOrthancDicomWeb.so

orthanc_configure() {
  mkdir -p "$home/db"
  cat >"$home/orthanc.json" <<CONF
{
  "StorageDirectory": "$home/db",
  "IndexDirectory": "$home/db",
  "Plugins": ["$orthanc_dicomweb"],
  "HttpPort": ${ports[14]},
  "HttpThreadsCount": 16,
  "RemoteAccessAllowed": false,
  "AuthenticationEnabled": true,
  "RegisteredUsers": {"lus": "archivesecret"},
  "DicomServerEnabled": false,
  "DicomWeb": {"Enable": true, "Root": "/dicom-web/"}
}
CONF
}

orthanc_start() {
  local home=$dir/orthanc
  orthanc_configure
  PATH=$PATH:/usr/sbin daemon "$home/orthanc.log" Orthanc "$home/orthanc.json" >"$home/orthanc.pid"
  until_true "$home/orthanc.pid" answers "${ports[14]}" || return 1
  {
    echo "LUS_TEST_ORTHANC='http://127.0.0.1:${ports[14]}/dicom-web'"
    echo "LUS_TEST_ORTHANC_USER='lus'"
    echo "LUS_TEST_ORTHANC_PASSWORD='archivesecret'"
  } >"$dir/orthanc.env"
}

orthanc_runs() { runs "$dir/orthanc/orthanc.pid"; }

orthanc_stop() { end "$dir/orthanc/orthanc.pid" TERM 100; }

orthanc_kill() { end "$dir/orthanc/orthanc.pid" KILL; }

orthanc_destroy() { orthanc_kill; }

orthanc_logs() { cat "$dir/orthanc/orthanc.log"; }
