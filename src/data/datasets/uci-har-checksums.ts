/**
 * SHA-256 of the files as checked: label files as in the official archive, each signal file gzipped. The signal files were
 * written back from float32 copies of the archive's values, so those of another packing have other checksums.
 */
export const checksums: Readonly<Record<string, string>> = {
  'activity_labels.txt': 'f6e6b292704438261f0283b2a82659ab0661447dc16520938bdf379ed1bf8de0',
  'test/Inertial Signals/body_acc_x_test.txt.gz': '67e54fde64f7efdd1c4077085a0a2380105dd609934132a028e2f3c9b8b9db68',
  'test/Inertial Signals/body_acc_y_test.txt.gz': '670a1e4757b078af16bdba0d17236c134f32a189f4f6682e1e14764d6d5bf202',
  'test/Inertial Signals/body_acc_z_test.txt.gz': '8bf618c855202154ecee26596d846c225073d094ab4d02c23f867591cdffec14',
  'test/Inertial Signals/body_gyro_x_test.txt.gz': '3253e74e149caca443c62f4a5ffd851620fde98f08faef7fb15f9c686a506ce9',
  'test/Inertial Signals/body_gyro_y_test.txt.gz': 'ce7b4bff56572640cd7ad36e0d262d696dfea502b872dedd5ca7a505ccd54394',
  'test/Inertial Signals/body_gyro_z_test.txt.gz': '54df3481568bc6fe0c87b3943cee86140fc4c8455105e81118333d93e215396a',
  'test/Inertial Signals/total_acc_x_test.txt.gz': 'a3f730fa05ea82999b0a7b0194461d0ef377457149a393ba8a3b67069bb87f09',
  'test/Inertial Signals/total_acc_y_test.txt.gz': 'a18d2d05226cd2b76bac6ba9400f24cd002635ac589ef588ec772a115be254cb',
  'test/Inertial Signals/total_acc_z_test.txt.gz': '5af094439b2d5af28ea88892bc837ef7d80354e3b674366ed496fad3a01c688c',
  'test/subject_test.txt': '63b8c577f4a85431c06bd87f6384608c90a9f72f05c7956dd21255dc63515c07',
  'test/y_test.txt': '2a94cb53ca46b956c1b2aebd4a09a72badd8a8e9ea9cdfe9f31b3306a08666bb',
  'train/Inertial Signals/body_acc_x_train.txt.gz': 'dd266045c33c882d08a9c2df2cb6f40d14925cffaf27954ad48fca8042e983d4',
  'train/Inertial Signals/body_acc_y_train.txt.gz': '92ca545eac7ff42041506234398d894bf3ae1bf3a9ec123781adc9df00fe0b78',
  'train/Inertial Signals/body_acc_z_train.txt.gz': '797bac360e2436782750fea9fb07c31d053679dc5b5223bf415b87d3b9847a88',
  'train/Inertial Signals/body_gyro_x_train.txt.gz': 'd6ee23138e928c5aeef1b1ffda2cf452d0a0d613a64d41670146430085ad1f6e',
  'train/Inertial Signals/body_gyro_y_train.txt.gz': '82595f7e83e101f19c21d607cfc7a074943f581a834ca2d0ba639326d08f5e03',
  'train/Inertial Signals/body_gyro_z_train.txt.gz': '57939eee76128f7cb6eccf7e1844f836ffdcc2dfa5cedfd2e4d2bccd04784a3d',
  'train/Inertial Signals/total_acc_x_train.txt.gz': 'ddacef86d1cf9d08f18d5cb2d53977570e648806996a22ba0f157b9074f5752a',
  'train/Inertial Signals/total_acc_y_train.txt.gz': '94edcd15eee370dae840af026a6d85954e46fd3ad58d04898b876bdd2a871a07',
  'train/Inertial Signals/total_acc_z_train.txt.gz': '446e1ef43eec5c519c33ca6ac343aea7f562f2f19383d0878f312bc12035093f',
  'train/subject_train.txt': '66e1e2fbe9b396fa5155f531dc3348c803f503be663e2318772d49947db9153a',
  'train/y_train.txt': '415b3357e2e2d5e70a45c781947c6bdd80e0410a579d862eedcd6bbce3c694ef',
};
