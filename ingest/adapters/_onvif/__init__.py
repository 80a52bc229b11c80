"""What the ONVIF and Axis adapters share: notifications in every form, and what topics mean."""
