"""Face gates and cameras of the "facesluice" protocol (HFSecurity, Huifan and their brands)."""
